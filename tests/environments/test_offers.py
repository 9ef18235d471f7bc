from __future__ import annotations

import pytest
from support.parts import vpc_of
from support.synthesis import new_stack, synthesize

from batchwright import Fargate, Instances, OnDemand, Spot


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
