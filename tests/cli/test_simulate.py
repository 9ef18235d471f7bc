from __future__ import annotations

import errno
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from local.simulation.parts import environment, job_definition, queue

from batchwright.local.simulation.figure_words import duration

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Batchwright


@pytest.fixture
def file(tmp_path: Path) -> Path:
    template = {"Environment": environment(4), "Queue": queue("Environment"), "Job": job_definition()}
    (tmp_path / "template.json").write_text(json.dumps({"Resources": template}))
    return write(tmp_path, [{"name": "a", "array": 10, "duration_seconds": 600}])


def write(folder: Path, jobs: list[dict[str, Any]], **members: object) -> Path:
    file = folder / "workload.json"
    file.write_text(json.dumps({"template": "template.json", "jobs": jobs, **members}))
    return file


def test_a_report_for_people(batchwright: Batchwright, file: Path) -> None:
    ran = batchwright("local", "simulate", str(file))

    assert (ran.code, ran.err) == (0, "")
    assert "All 10 jobs ended after 30 min 00 s." in ran.out
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["a", "10", "10", "0", "0", "0", "0", "1.67"] in lines
    assert ["Environment", "4", "4", "3.333", "83%", "1.67"] in lines
    assert "\x1b" not in ran.out


def test_a_report_for_programs(batchwright: Batchwright, file: Path) -> None:
    ran = batchwright("local", "simulate", str(file), "--format", "json", "--seed", "9")

    report = json.loads(ran.out)
    assert report["makespan_seconds"] == 1800
    assert report["end"] == "complete"
    assert report["seed"] == 9
    assert report["streams"][0]["waits"]["p50"] == 600
    assert report["environments"][0]["peak_vcpus"] == 4
    assert "timeline" not in report


@pytest.mark.parametrize("kind", ["svg", "html", "png"])
def test_a_picture_is_written(batchwright: Batchwright, file: Path, kind: str) -> None:
    picture = file.parent / f"picture.{kind}"
    ran = batchwright("local", "simulate", str(file), "--timeline", str(picture))

    assert ran.code == 0, ran.err
    assert picture.read_bytes().lstrip()[:4] in (b"<svg", b"<!do", b"\x89PNG")


def test_jobs_that_never_start_end_it_with_1_and_the_reason(batchwright: Batchwright, file: Path) -> None:
    write(file.parent, [{"name": "a", "vcpus": 64, "duration_seconds": 1}])
    ran = batchwright("local", "simulate", str(file))

    assert ran.code == 1
    assert "Stuck" in ran.out
    assert "a: 1 not ended: MISCONFIGURATION" in " ".join(ran.out.split())


def test_the_horizon_ends_it_with_1(batchwright: Batchwright, file: Path) -> None:
    write(file.parent, [{"name": "a", "count": 9, "duration_seconds": 7200, "vcpus": 4}], horizon_hours=5)
    ran = batchwright("local", "simulate", str(file))

    assert ran.code == 1
    assert "stopped at the horizon, after 5 h 00 min" in ran.out


def test_every_problem_of_the_file_is_listed(batchwright: Batchwright, file: Path) -> None:
    write(file.parent, [{"name": "a", "array": 1, "duration_seconds": -1}], sead=3)
    ran = batchwright("local", "simulate", str(file))

    assert (ran.code, ran.out) == (2, "")
    for field in ("jobs[0].array", "jobs[0].duration_seconds", "sead"):
        assert field in ran.err
    assert f"batchwright: {file}: 3 problems, listed above" in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.json",), "none.json: 1 problem"),
        (("{}", "--timeline", "picture.gif"), "ends in .svg, .html, .png"),
        (("{}", "--timeline", "nowhere/picture.svg"), "there is no folder"),
        (("{}", "--seed", "-1"), "--seed"),
        (("{}", "--format", "xml"), "--format"),
        ((), "WORKLOAD"),
    ],
)
def test_wrong_arguments(batchwright: Batchwright, file: Path, arguments: tuple[str, ...], words: str) -> None:
    ran = batchwright("local", "simulate", *(each.format(file) if each == "{}" else each for each in arguments))

    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_a_picture_that_cannot_be_written_is_told_before_anything_runs(batchwright: Batchwright, file: Path) -> None:
    (file.parent / "folder.svg").mkdir()
    ran = batchwright("local", "simulate", str(file), "--timeline", str(file.parent / "folder.svg"))

    assert (ran.code, ran.out) == (2, "")
    assert "folder.svg: it is a folder" in ran.err


def test_the_report_is_written_also_when_the_picture_cannot_be(
    batchwright: Batchwright, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    ran = batchwright("local", "simulate", str(file), "--timeline", str(file.parent / "a.svg"))

    assert ran.code == 2
    assert "All 10 jobs ended" in ran.out
    assert "a.svg: No space left on device" in ran.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_report_that_cannot_be_written_is_told(
    batchwright: Batchwright, file: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sys.stdout", Full())
    ran = batchwright("local", "simulate", str(file), "--format", form)

    assert (ran.code, ran.err) == (2, "batchwright: the report cannot be written: No space left on device\n")


def test_it_fits_eighty_columns(batchwright: Batchwright, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of a CDK app are long; figures stay whole, and no line is longer."""
    monkeypatch.setenv("COLUMNS", "80")
    policy = {"Type": "AWS::Batch::SchedulingPolicy", "Properties": {"FairsharePolicy": {"ShareDecaySeconds": 600}}}
    resources: dict[str, Any] = {
        "Spot": environment(256, "SPOT"),
        "OnDemand": environment(256),
        "Queue": queue("Spot", "OnDemand", SchedulingPolicyArn={"Ref": "Policy"}),
        "Policy": policy,
        "Job": job_definition(),
    }
    for name, resource in resources.items():
        resource["Metadata"] = {"aws:cdk:path": f"Production/NightlyGenomicsCapacity/{name}/Resource"}
    (tmp_path / "template.json").write_text(json.dumps({"Resources": resources}))
    jobs = [
        {"name": name, "array": 1200, "duration_seconds": 900, "shares": name, "priority": 1}
        for name in ("research", "lab")
    ]
    file = write(tmp_path, jobs, cloud={"spot_reclaims_per_host_hour": 0.5})
    ran = batchwright("local", "simulate", str(file))

    assert ran.code == 0, ran.err
    lines = [line.rstrip() for line in ran.out.splitlines()]
    assert max(map(len, lines)) <= 80
    assert all(line.split()[1:] for line in lines if line.startswith(("Spot", "OnDemand", "Queue")))
    assert any(line.startswith("share research ") for line in lines)
    assert "Seed 0; hosts boot in 2 min 00 s" in " ".join(ran.out.split())
    assert "Spot is taken back 0.5 times per host and hour" in " ".join(ran.out.split())


def test_a_template_that_cannot_be_read_is_named(batchwright: Batchwright, file: Path) -> None:
    (file.parent / "template.json").write_text("nothing")
    ran = batchwright("local", "simulate", str(file))

    assert ran.code == 2
    assert "template.json" in ran.err


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (4.25, "4.25 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 05 min"),
        (100_000, "1 d 3 h"),
        (59.9999, "1 min 00 s"),
    ],
)
def test_durations_read_well(seconds: float, words: str) -> None:
    assert duration(seconds) == words
