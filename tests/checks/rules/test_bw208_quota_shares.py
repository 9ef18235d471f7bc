from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, queue, template

from batchwright.checks.rules.bw208_quota_shares import RULE


def quota_share(queue_name: object, **attributes: object) -> Json:
    return {
        "Type": "AWS::Batch::QuotaShare",
        "Properties": {"QuotaShareName": "s", "JobQueue": queue_name},
        **attributes,
    }


def service_queue(service: str = "Service", policy: str = "Quota") -> Json:
    order = [{"Order": 1, "ServiceEnvironment": {"Ref": service}}]
    return queue(ComputeEnvironmentOrder=None, ServiceEnvironmentOrder=order, SchedulingPolicyArn={"Ref": policy})


PARTS: dict[str, Json] = {
    "Service": {"Type": "AWS::Batch::ServiceEnvironment", "Properties": {}},
    "Other": {"Type": "AWS::Batch::ServiceEnvironment", "Properties": {}},
    "Quota": {"Type": "AWS::Batch::SchedulingPolicy", "Properties": {"QuotaSharePolicy": {"I": "FIFO"}}},
    "Fair": {"Type": "AWS::Batch::SchedulingPolicy", "Properties": {"FairsharePolicy": {"ShareDecaySeconds": 1}}},
}


def test_a_twenty_first_share_is_found() -> None:
    shares = {f"S{n}": quota_share({"Ref": "Queue"}) for n in range(21)}
    (found,) = violations(RULE, template(Queue=service_queue(), **PARTS, **shares))
    assert (found.resource.logical_id, found.problem.value) == ("Queue", "21 quota shares")


@pytest.mark.parametrize(
    "last", [quota_share({"Ref": "Second"}), quota_share(OPEN), quota_share({"Ref": "Queue"}, Condition="Maybe")]
)
def test_twenty_are_taken(last: Json) -> None:
    shares = {f"S{n}": quota_share({"Ref": "Queue"}) for n in range(20)}
    second = service_queue("Other")
    assert not violations(RULE, template(Queue=service_queue(), Second=second, **PARTS, **shares, Last=last))


def test_a_second_queue_over_a_service_environment_is_found() -> None:
    (found,) = violations(RULE, template(A=service_queue(), B=service_queue(), **PARTS))
    assert (found.resource.logical_id, found.path) == ("B", "ServiceEnvironmentOrder")


@pytest.mark.parametrize(
    "second", [service_queue("Other"), service_queue(policy="Fair"), {**service_queue(), "Condition": "Maybe"}]
)
def test_other_queues_are_taken(second: Json) -> None:
    assert not violations(RULE, template(A=service_queue(), B=second, **PARTS))
