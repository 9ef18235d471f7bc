from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, maybe, template

from batchwright.checks.rules.bw113_managed_instances import RULE

PROVIDER = "ComputeResources.ManagedInstancesProvider"
CHOICE = f"{PROVIDER}.InstanceLaunchTemplate.InstanceRequirements.AllowedInstanceTypes"


def managed_instances(provider: object, **compute: object) -> Json:
    own = {"Type": "ECS_MANAGED_INSTANCES", "InstanceTypes": None, "Subnets": None}
    return environment({**own, "ManagedInstancesProvider": provider, **compute})


def idle(seconds: object) -> Json:
    return managed_instances({"InfrastructureOptimization": {"ScaleInAfter": seconds}})


def choice(*types: object, vcpus: Json | None = None, memory: Json | None = None) -> Json:
    """An environment that may launch types with so much."""
    asked = {"AllowedInstanceTypes": list(types), "VCpuCount": vcpus or {"Min": 1}, "MemoryMiB": memory or {"Min": 1}}
    return managed_instances({"InstanceLaunchTemplate": {"InstanceRequirements": asked}})


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (managed_instances(None), PROVIDER),
        (environment({"ManagedInstancesProvider": {"InfrastructureRoleArn": "role"}}), PROVIDER),
        (environment({"CapacityTags": {"team": "a"}}), "ComputeResources.CapacityTags"),
        (idle(-2), f"{PROVIDER}.InfrastructureOptimization.ScaleInAfter"),
        (idle("3601"), f"{PROVIDER}.InfrastructureOptimization.ScaleInAfter"),
        (choice("m6i.large", "m6i.xlarge", vcpus={"Min": 8}), CHOICE),
        (choice("m6i.large", memory={"Min": 1024, "Max": 4096}), CHOICE),
    ],
)
def test_what_does_not_go_together_is_found(broken: Json, path: str) -> None:
    (found,) = violations(RULE, template(E=broken))
    assert found.path == path


@pytest.mark.parametrize(
    "good",
    [
        idle(-1),
        idle(0),
        idle("3600"),
        idle(OPEN),
        choice("m6i.large", "m6i.2xlarge", vcpus={"Min": 8, "Max": OPEN}),
        choice("m6i.large", "m6i.*", vcpus={"Min": 8}),
        choice(OPEN, vcpus={"Min": 8}),
        choice(vcpus={"Min": 8}),
        managed_instances(OPEN, CapacityTags={"team": "a"}),
        environment({"ManagedInstancesProvider": maybe({"InfrastructureRoleArn": "role"})}),
        environment({"Type": OPEN, "ManagedInstancesProvider": {"InfrastructureRoleArn": "role"}}),
    ],
)
def test_others_are_taken(good: Json) -> None:
    assert not violations(RULE, template(E=good))
