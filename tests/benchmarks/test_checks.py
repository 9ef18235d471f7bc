from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.aims import at_most
from benchmarks.checks.application import write_application
from benchmarks.checks.benchmark import Checks
from benchmarks.measure import Pairs

if TYPE_CHECKING:
    from pathlib import Path


def test_a_template_is_as_large_as_cloudformation_takes(tmp_path: Path) -> None:
    files = write_application(tmp_path, templates=2)

    for file in files:
        resources = json.loads(file.read_text())["Resources"]
        kinds = Counter(resource["Type"] for resource in resources.values())
        assert len(resources) == 500
        assert kinds["AWS::Batch::JobDefinition"] == 200
        assert kinds["AWS::StepFunctions::StateMachine"] == 20


def test_it_runs() -> None:
    outcome = Checks().run(runs=1, say=lambda _: None)

    assert [row.what for row in outcome.rows] == [
        "check 500 resources, against reading the JSON",
        "a resource of 5,000, against one of 500",
        "import, against Python's start",
    ]
    assert all(row.aim for row in outcome.rows)


def test_an_absolute_aim_looks_at_ours_alone() -> None:
    assert at_most(150, "ms").reached(Pairs((150.0,), (1.0,)))
    assert not at_most(150, "ms").reached(Pairs((151.0,), (1000.0,)))
