from __future__ import annotations

import pytest
from aws_cdk import Duration
from support.parts import vpc_of
from support.synthesis import new_stack, synthesize

from batchwright import (
    AllocationStrategy,
    ContainerInsights,
    Fargate,
    HostOptions,
    Instances,
    OnDemand,
    Spot,
    Updates,
)


@pytest.mark.parametrize(
    ("offer", "kind"),
    [(OnDemand(), "EC2"), (Spot(), "SPOT"), (Fargate(), "FARGATE"), (Fargate(spot=True), "FARGATE_SPOT")],
)
def test_an_offer_builds_its_environment(offer: OnDemand | Spot | Fargate, kind: str) -> None:
    stack = new_stack()
    environment = offer.build(stack, "Environment", vpc=vpc_of(stack))
    assert environment.capacity.kind == kind
    assert synthesize(stack).only("AWS::Batch::ComputeEnvironment")["ComputeResources"]["Type"] == kind


@pytest.mark.parametrize("offer", [OnDemand(Instances.graviton(), 12), Spot(Instances.graviton(), 12)])
def test_its_values_reach_the_environment(offer: OnDemand | Spot) -> None:
    stack = new_stack()
    capacity = offer.build(stack, "Environment", vpc=vpc_of(stack)).capacity
    assert capacity.instance_types == ("default_arm64",)
    assert capacity.max_vcpus == 12


@pytest.mark.parametrize(
    ("offer", "strategy"),
    [(OnDemand, AllocationStrategy.BEST_FIT_PROGRESSIVE_ORDERED), (Spot, AllocationStrategy.SPOT_CAPACITY_OPTIMIZED)],
)
def test_all_its_options_reach_the_environment(offer: type[OnDemand | Spot], strategy: AllocationStrategy) -> None:
    stack = new_stack()
    offer(
        Instances.of("c7i"),
        16,
        min_vcpus=4,
        scale_down_delay=Duration.minutes(30),
        strategy=strategy,
        hosts=HostOptions(tags={"team": "imaging"}),
        updates=Updates(terminate_jobs=True),
        container_insights=ContainerInsights.ENABLED,
        enabled=False,
    ).build(stack, "Environment", vpc=vpc_of(stack))
    properties = synthesize(stack).only("AWS::Batch::ComputeEnvironment")
    resources = properties["ComputeResources"]
    assert (resources["MinvCpus"], resources["MaxvCpus"]) == (4, 16)
    assert resources["ScalingPolicy"] == {"MinScaleDownDelayMinutes": 30}
    assert resources["AllocationStrategy"] == strategy
    assert resources["Tags"] == {"team": "imaging"}
    assert properties["UpdatePolicy"]["TerminateJobsOnUpdate"] is True
    assert properties["EcsSettings"] == {"ContainerInsights": "ENABLED"}
    assert properties["State"] == "DISABLED"


def test_options_of_fargate_reach_the_environment() -> None:
    stack = new_stack()
    offer = Fargate(spot=True, max_vcpus=8, container_insights=ContainerInsights.ENHANCED, enabled=False)
    offer.build(stack, "Environment", vpc=vpc_of(stack))
    properties = synthesize(stack).only("AWS::Batch::ComputeEnvironment")
    assert properties["EcsSettings"] == {"ContainerInsights": "ENHANCED"}
    assert properties["State"] == "DISABLED"
