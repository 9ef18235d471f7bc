from __future__ import annotations

import json
from pathlib import Path

import pytest

from batchwright.local.simulation import End, load_workload, read_workload, simulate

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "workloads"


def test_the_example_of_two_stages_runs() -> None:
    report = simulate(load_workload(EXAMPLES / "two-stages.json"))

    assert report.end is End.COMPLETE
    assert [stream.succeeded for stream in report.streams] == [400, 1, 60]
    assert report.environments[0].peak_vcpus <= 128


def test_the_nightly_example_can_be_read(tmp_path: Path) -> None:
    content = json.loads((EXAMPLES / "nightly.json").read_text(encoding="utf-8"))
    (tmp_path / "template.json").write_text("{}")
    workload = read_workload({**content, "template": "template.json"}, where="nightly", folder=tmp_path)

    assert workload.jobs == 10_000
    assert workload.cloud is not None
    assert workload.cloud.spot_reclaims_per_host_hour == pytest.approx(0.05)


def test_the_example_of_office_hours_waits_at_its_peak_only() -> None:
    report = simulate(load_workload(EXAMPLES / "office-hours.json"))

    assert report.end is End.COMPLETE
    assert report.streams[0].waits is not None
    assert report.streams[0].waits.p50 < 30 < report.streams[0].waits.p95
    assert report.notes == ()
