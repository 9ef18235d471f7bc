from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, maybe, template

from batchwright.checks.rules.bw106_in_place_updates import RULE

GOOD = {"AllocationStrategy": "BEST_FIT_PROGRESSIVE"}
ROLE: Json = {"Type": "AWS::IAM::Role", "Properties": {}}


@pytest.mark.parametrize("place", [{"ReplaceComputeEnvironment": False}, {"ComputeEnvironmentName": "main"}])
@pytest.mark.parametrize(
    ("compute", "properties", "path"),
    [
        ({"AllocationStrategy": "BEST_FIT"}, {}, "ComputeResources.AllocationStrategy"),
        ({}, {}, "ComputeResources.AllocationStrategy"),
        (GOOD, {"ServiceRole": {"Fn::GetAtt": ["Role", "Arn"]}}, "ServiceRole"),
        (GOOD, {"ServiceRole": "arn:aws:iam::123456789012:role/mine"}, "ServiceRole"),
        (GOOD, {"ServiceRole": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/mine"}}, "ServiceRole"),
    ],
)
def test_what_cannot_be_updated_is_found(place: Json, compute: Json, properties: Json, path: str) -> None:
    (found,) = violations(RULE, template(E=environment(compute, **place, **properties), Role=ROLE))
    assert found.path == path


@pytest.mark.parametrize(
    ("compute", "properties"),
    [
        ({"AllocationStrategy": "BEST_FIT"}, {}),
        ({"AllocationStrategy": "BEST_FIT"}, {"ReplaceComputeEnvironment": True, "ServiceRole": "mine"}),
        ({"AllocationStrategy": "BEST_FIT"}, {"ComputeEnvironmentName": maybe("main")}),
        (GOOD, {"ReplaceComputeEnvironment": False}),
        (GOOD, {"ReplaceComputeEnvironment": False, "ServiceRole": OPEN}),
        (GOOD, {"ReplaceComputeEnvironment": False, "ServiceRole": {"Fn::Sub": "arn:aws:iam::1:role/${Open}"}}),
        (GOOD, {"ComputeEnvironmentName": "main", "ServiceRole": "service-role/AWSServiceRoleForBatch"}),
        ({"AllocationStrategy": OPEN}, {"ReplaceComputeEnvironment": False}),
        ({"Type": "FARGATE"}, {"ReplaceComputeEnvironment": False}),
        ({"Type": OPEN}, {"ReplaceComputeEnvironment": False}),
    ],
)
def test_others_are_taken(compute: Json, properties: Json) -> None:
    assert not violations(RULE, template(E=environment(compute, **properties)))
