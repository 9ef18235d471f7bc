from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, PARTIAL_ARN, Json, environment, maybe, template

from batchwright.checks.rules.bw105_spot_fleet_role import RULE

TAGGING = "arn:aws:iam::aws:policy/service-role/AmazonEC2SpotFleetTaggingRole"
ROLE = {"Fn::GetAtt": ["Role", "Arn"]}


def role(*policies: object, **properties: object) -> Json:
    return {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": list(policies), **properties}}


@pytest.mark.parametrize("strategy", ["BEST_FIT", "best_fit", None])
def test_a_missing_role_is_found(strategy: str | None) -> None:
    (found,) = violations(RULE, template(E=environment({"Type": "SPOT", "AllocationStrategy": strategy})))
    assert found.path == "ComputeResources.SpotIamFleetRole"


@pytest.mark.parametrize(
    "compute",
    [
        {"Type": "SPOT", "SpotIamFleetRole": "arn:aws:iam::123456789012:role/fleet"},
        {"Type": "SPOT", "SpotIamFleetRole": OPEN},
        {"Type": "SPOT", "SpotIamFleetRole": maybe("role")},
        {"Type": "SPOT", "AllocationStrategy": "SPOT_CAPACITY_OPTIMIZED"},
        {"Type": "SPOT", "AllocationStrategy": OPEN},
        {"Type": "EC2"},
        {"Type": OPEN},
    ],
)
def test_others_need_none(compute: Json) -> None:
    assert not violations(RULE, template(E=environment(compute)))


def tagged(the_role: Json, **others: Json) -> Json:
    compute = {"Type": "SPOT", "SpotIamFleetRole": ROLE, "Tags": {"Name": "batch"}}
    return template(E=environment(compute), Role=the_role, **others)


@pytest.mark.parametrize("policy", [PARTIAL_ARN, "arn:aws:iam::aws:policy/service-role/AmazonEC2SpotFleetRole"])
def test_a_role_that_cannot_tag_is_found(policy: object) -> None:
    (found,) = violations(RULE, tagged(role(policy)))
    assert found.problem.value == "AmazonEC2SpotFleetRole"


@pytest.mark.parametrize(
    "the_role",
    [
        role(TAGGING),
        role(PARTIAL_ARN, TAGGING),
        role(PARTIAL_ARN, OPEN),
        role(OPEN),
        role(),
        role(PARTIAL_ARN, Policies=[{"PolicyName": "tag", "PolicyDocument": {}}]),
    ],
)
def test_a_role_that_may_tag_is_taken(the_role: Json) -> None:
    assert not violations(RULE, tagged(the_role))


def test_policies_from_elsewhere_may_tag() -> None:
    policy: Json = {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Role"}]}}
    assert not violations(RULE, tagged(role(PARTIAL_ARN), Policy=policy))


def test_without_tags_any_role_does() -> None:
    compute = {"Type": "SPOT", "SpotIamFleetRole": ROLE}
    assert not violations(RULE, template(E=environment(compute), Role=role(PARTIAL_ARN)))
