from __future__ import annotations

from typing import Any

import pytest
from support.parts import vpc_of
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import Architecture, FairShare, HostOptions, Instances, SpotThenOnDemand, TimeLimits

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


def test_spot_comes_first_and_both_have_the_same_instances() -> None:
    stack = new_stack()
    capacity = SpotThenOnDemand(
        stack,
        "Capacity",
        vpc=vpc_of(stack),
        instances=Instances.of("c7g", "m7g"),
        max_vcpus=512,
        on_demand_max_vcpus=64,
    )
    template = synthesize(stack)
    environments = template.of_type(ENVIRONMENT)
    order = template.only("AWS::Batch::JobQueue")["ComputeEnvironmentOrder"]
    resources = [environments[each["ComputeEnvironment"]["Fn::GetAtt"][0]]["ComputeResources"] for each in order]
    assert [(each["Type"], each["MaxvCpus"]) for each in resources] == [("SPOT", 512), ("EC2", 64)]
    assert resources[0]["InstanceTypes"] == resources[1]["InstanceTypes"] == ["c7g", "m7g"]
    assert capacity.queue.capacities == (capacity.spot.capacity, capacity.on_demand.capacity)
    assert capacity.queue.architecture is Architecture.ARM64


def test_both_grow_as_far_by_default() -> None:
    stack = new_stack()
    capacity = SpotThenOnDemand(stack, "Capacity", vpc=vpc_of(stack), max_vcpus=100)
    assert [each.max_vcpus for each in capacity.queue.capacities] == [100, 100]


def test_options_reach_the_queue_and_the_hosts() -> None:
    stack = new_stack()
    capacity = SpotThenOnDemand(
        stack,
        "Capacity",
        vpc=vpc_of(stack),
        hosts=HostOptions(tags={"team": "vision"}),
        priority=9,
        time_limits=TimeLimits(capacity_seconds=600),
        enabled=False,
        fair_share=FairShare(),
    )
    template = synthesize(stack)
    queue = template.only("AWS::Batch::JobQueue")
    assert (queue["Priority"], queue["State"]) == (9, "DISABLED")
    assert queue["JobStateTimeLimitActions"][0]["MaxTimeSeconds"] == 600
    assert capacity.queue.fair_share
    for environment in template.of_type(ENVIRONMENT).values():
        assert environment["ComputeResources"]["Tags"]["team"] == "vision"


@pytest.mark.parametrize("number", [0, -1, 1.5, float("nan"), "4"])
def test_a_number_outside_its_range_is_named(number: object) -> None:
    stack = new_stack()
    vpc = vpc_of(stack)
    error = refused(lambda: SpotThenOnDemand(stack, "Capacity", vpc=vpc, on_demand_max_vcpus=number))
    assert fields(error) == ["on_demand_max_vcpus"]
    assert error.where == "SpotThenOnDemand 'Stack/Capacity'"


def test_all_problems_are_named_at_once_as_they_were_written() -> None:
    stack = new_stack()
    wrong: dict[str, Any] = {"max_vcpus": 0, "on_demand_max_vcpus": 0, "priority": -1, "enabled": "no"}
    wrong |= {"time_limits": TimeLimits(capacity_seconds=1), "fair_share": "team"}
    error = refused(lambda: SpotThenOnDemand(stack, "Capacity", vpc=vpc_of(stack), **wrong))
    assert fields(error) == [
        "max_vcpus",
        "on_demand_max_vcpus",
        "priority",
        "enabled",
        "time_limits.capacity_seconds",
        "fair_share",
    ]
