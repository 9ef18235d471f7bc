from __future__ import annotations

import pytest
from support.definitions import OPEN, ec2, paths
from support.submitted_jobs import Json, found, job, submitted

from batchwright.checks.rules.bw327_scheduling_priority import RULE


@pytest.mark.parametrize("priority", [0, 1, "9999", OPEN, [], "high"])
def test_silent(priority: object) -> None:
    assert not paths(RULE, ec2(SchedulingPriority=priority))


@pytest.mark.parametrize("priority", [-1, 10_000, "10000", 1.5])
def test_found(priority: object) -> None:
    assert paths(RULE, ec2(SchedulingPriority=priority)) == ["SchedulingPriority"]


@pytest.mark.parametrize(
    ("request_", "count"),
    [
        ({"SchedulingPriorityOverride": 9999}, 0),
        ({"SchedulingPriorityOverride.$": "$.priority"}, 0),
        ({"SchedulingPriorityOverride": 10_000}, 1),
    ],
)
def test_a_submission_overrides_it_within_the_same_range(request_: Json, count: int) -> None:
    where = ("Machine", "Definition.States.Submit0.Parameters.SchedulingPriorityOverride")
    assert found(RULE, submitted(job(), request=request_)) == [where] * count
