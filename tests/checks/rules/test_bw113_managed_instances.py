from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, maybe, template

from batchwright.checks.rules.bw113_managed_instances import RULE

PROVIDER = "ComputeResources.ManagedInstancesProvider"


def managed_instances(provider: object, **compute: object) -> Json:
    own = {"Type": "ECS_MANAGED_INSTANCES", "InstanceTypes": None, "Subnets": None}
    return environment({**own, "ManagedInstancesProvider": provider, **compute})


def idle(seconds: object) -> Json:
    return managed_instances({"InfrastructureOptimization": {"ScaleInAfter": seconds}})


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (managed_instances(None), PROVIDER),
        (environment({"ManagedInstancesProvider": {"InfrastructureRoleArn": "role"}}), PROVIDER),
        (environment({"CapacityTags": {"team": "a"}}), "ComputeResources.CapacityTags"),
        (idle(-2), f"{PROVIDER}.InfrastructureOptimization.ScaleInAfter"),
        (idle("3601"), f"{PROVIDER}.InfrastructureOptimization.ScaleInAfter"),
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
        managed_instances(OPEN, CapacityTags={"team": "a"}),
        environment({"ManagedInstancesProvider": maybe({"InfrastructureRoleArn": "role"})}),
        environment({"Type": OPEN, "ManagedInstancesProvider": {"InfrastructureRoleArn": "role"}}),
    ],
)
def test_others_are_taken(good: Json) -> None:
    assert not violations(RULE, template(E=good))
