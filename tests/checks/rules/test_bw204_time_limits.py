from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, queue, template

from batchwright.checks.rules.bw204_time_limits import RULE

GOOD: Json = {
    "Action": "CANCEL",
    "MaxTimeSeconds": 3600,
    "Reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "State": "RUNNABLE",
}


def limited(**changes: object) -> Json:
    return queue("E", JobStateTimeLimitActions=[GOOD, {**GOOD, **changes}])


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"MaxTimeSeconds": 599}, "MaxTimeSeconds"),
        ({"MaxTimeSeconds": "86401"}, "MaxTimeSeconds"),
        ({"State": "STARTING"}, "State"),
        ({"Action": "TERMINATE"}, "Action"),
        ({"Action": "RETRY"}, "Action"),
    ],
)
def test_what_aws_does_not_take_is_found(changes: Json, name: str) -> None:
    (found,) = violations(RULE, template(Queue=limited(**changes), E=environment()))
    assert found.path == f"JobStateTimeLimitActions[1].{name}"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"MaxTimeSeconds": 600},
        {"MaxTimeSeconds": "86400"},
        {"Action": "cancel"},
        {"MaxTimeSeconds": OPEN, "State": OPEN, "Action": OPEN},
        {"MaxTimeSeconds": [], "State": 5, "Action": {}},
    ],
)
def test_others_are_taken(changes: Json) -> None:
    assert not violations(RULE, template(Queue=limited(**changes), E=environment()))


def test_service_jobs_are_terminated() -> None:
    services: Json = {"ComputeEnvironmentOrder": None, "ServiceEnvironmentOrder": [{"ServiceEnvironment": "arn"}]}
    good = queue(JobStateTimeLimitActions=[{**GOOD, "Action": "TERMINATE"}], **services)
    broken = queue(JobStateTimeLimitActions=[GOOD], **services)
    assert not violations(RULE, template(Queue=good))
    assert violations(RULE, template(Queue=broken))


@pytest.mark.parametrize("actions", ["odd", {}, OPEN, ["odd", None, 3]])
def test_odd_limits_are_not_judged(actions: object) -> None:
    assert not violations(RULE, template(Queue=queue("E", JobStateTimeLimitActions=actions)))
