from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, maybe, template

from batchwright.checks.rules.bw112_environment_type import RULE


def unmanaged(**properties: object) -> Json:
    return {"Type": "AWS::Batch::ComputeEnvironment", "Properties": {"Type": "unmanaged", **properties}}


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (unmanaged(), "ServiceRole"),
        (unmanaged(ServiceRole="role", ComputeResources={"Type": "EC2", "MaxvCpus": 1}), "ComputeResources"),
        (environment(UnmanagedvCpus=4), "UnmanagedvCpus"),
        ({"Type": "AWS::Batch::ComputeEnvironment", "Properties": {"Type": "MANAGED"}}, "ComputeResources"),
    ],
)
def test_what_is_missing_or_too_much_is_found(broken: Json, path: str) -> None:
    (found,) = violations(RULE, template(E=broken))
    assert found.path == path


@pytest.mark.parametrize(
    "good",
    [
        environment(),
        environment(UnmanagedvCpus=maybe(4)),
        unmanaged(ServiceRole="role", UnmanagedvCpus=8),
        unmanaged(ServiceRole=OPEN, ComputeResources=maybe({"Type": "EC2"})),
        unmanaged(ServiceRole=maybe("role"), ComputeResources={}),
        unmanaged(Type=OPEN),
        {"Type": "AWS::Batch::ComputeEnvironment", "Properties": {"Type": "MANAGED", "ComputeResources": OPEN}},
        {"Type": "AWS::Batch::ComputeEnvironment"},
    ],
)
def test_others_are_taken(good: Json) -> None:
    assert not violations(RULE, template(E=good))
