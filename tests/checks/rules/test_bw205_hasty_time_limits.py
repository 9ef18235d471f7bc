from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, queue, template

from batchwright.checks.rules.bw205_hasty_time_limits import RULE


def limited(seconds: object, reason: object = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT") -> Json:
    limit = {"Action": "CANCEL", "MaxTimeSeconds": seconds, "Reason": reason, "State": "RUNNABLE"}
    return queue("E", JobStateTimeLimitActions=[limit])


@pytest.mark.parametrize("seconds", [600, "1799"])
def test_short_limits_are_found(seconds: object) -> None:
    (found,) = violations(RULE, template(Queue=limited(seconds)))
    assert found.path == "JobStateTimeLimitActions[0].MaxTimeSeconds"


@pytest.mark.parametrize(
    "good",
    [
        limited(1800),
        limited(OPEN),
        limited(600, "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"),
        limited(600, OPEN),
        limited(60),
    ],
)
def test_others_are_taken(good: Json) -> None:
    assert not violations(RULE, template(Queue=good))
