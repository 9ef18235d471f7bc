from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from local.simulation.parts import environment, job_definition, queue

from batchwright.local.simulation import Report, Simulation, read_workload

if TYPE_CHECKING:
    from pathlib import Path

    from local.simulation.parts import Prepare, Run


@pytest.fixture
def prepare(tmp_path: Path) -> Prepare:
    def prepare(*jobs: dict[str, Any], resources: dict[str, Any] | None = None, **members: object) -> Simulation:
        template = {"Environment": environment(4), "Queue": queue("Environment"), "Job": job_definition()}
        (tmp_path / "template.json").write_text(json.dumps({"Resources": {**template, **(resources or {})}}))
        # The pace of the API would move every time by fractions of a second.
        content = {"template": "template.json", "jobs": list(jobs), "submissions_per_second": 1e12, **members}
        return Simulation(read_workload(content, where="Workload", folder=tmp_path))

    return prepare


@pytest.fixture
def run(prepare: Prepare) -> Run:
    def run(*jobs: dict[str, Any], resources: dict[str, Any] | None = None, **members: object) -> Report:
        return prepare(*jobs, resources=resources, **members).run()

    return run
