from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.checks import system_of
from support.linked_parts import linked, resource

if TYPE_CHECKING:
    from batchwright.checks.system import Queue

ORDER = "AWS::Batch::JobQueue"


def the_queue(order: object, **resources: object) -> Queue:
    (found,) = linked(Q=resource(ORDER, ComputeEnvironmentOrder=order), **resources).queues
    return found


def entry(value: object, order: object = 1) -> dict[str, object]:
    return {"ComputeEnvironment": value, "Order": order}


NAMED = resource("AWS::Batch::ComputeEnvironment", ComputeEnvironmentName="one")
PREFIX = "arn:${AWS::Partition}:batch:${AWS::Region}:${AWS::AccountId}:compute-environment/"


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "One"},
        {"Fn::GetAtt": ["One", "ComputeEnvironmentArn"]},
        "one",
        "arn:aws:batch:us-east-1:111122223333:compute-environment/one",
        {"Fn::Sub": PREFIX + "one"},
        {"Fn::Join": ["/", ["arn:aws:batch:us-east-1:111122223333:compute-environment", {"Ref": "One"}]]},
    ],
)
def test_queues_name_environments_in_many_ways(value: object) -> None:
    queue = the_queue([entry(value)], One=NAMED)
    assert [each.resource.logical_id for each in queue.environments] == ["One"]
    assert queue.complete


def test_names_that_are_open_alike_are_the_same_in_one_template() -> None:
    name = {"Fn::Sub": "${AWS::StackName}-env"}
    one = resource("AWS::Batch::ComputeEnvironment", ComputeEnvironmentName=name)
    assert the_queue([entry(name)], One=one).complete
    queue = {"Resources": {"Q": resource(ORDER, ComputeEnvironmentOrder=[entry(name)])}}
    assert not system_of({"Resources": {"One": one}}, queue).queues[0].complete


def test_a_name_that_two_have_is_that_of_the_same_template() -> None:
    queue = resource(ORDER, ComputeEnvironmentOrder=[entry("one")])
    system = system_of({"Resources": {"Q": queue, "E": NAMED}}, {"Resources": {"E": NAMED}})
    assert system.queues[0].environments[0].resource.template == "template0"
    system = system_of({"Resources": {"Q": queue}}, {"Resources": {"E": NAMED}}, {"Resources": {"E": NAMED}})
    assert not system.queues[0].environments


def test_environments_are_in_their_order() -> None:
    two = resource("AWS::Batch::ComputeEnvironment")
    queue = the_queue([entry({"Ref": "Two"}, "2"), entry({"Ref": "One"}, 1)], One=NAMED, Two=two)
    assert [each.resource.logical_id for each in queue.environments] == ["One", "Two"]


@pytest.mark.parametrize("order", [None, [], {"Ref": "X"}, "one", [3], [entry({"Ref": "X"})], [entry("elsewhere")]])
def test_queues_with_open_environments_are_not_complete(order: object) -> None:
    queue = the_queue(order, One=NAMED)
    assert (queue.environments, queue.complete) == ((), False)


def test_a_reference_to_something_else_is_no_environment() -> None:
    queue = the_queue([entry({"Ref": "Topic"}), entry({"Ref": "One"})], One=NAMED, Topic=resource("AWS::SNS::Topic"))
    assert (len(queue.environments), queue.complete) == (1, False)


@pytest.mark.parametrize(
    ("policy", "fair_share", "found"),
    [
        (None, False, False),
        ({"Ref": "AWS::NoValue"}, False, False),
        ({"Ref": "P"}, True, True),
        ("arn:aws:batch:us-east-1:111122223333:scheduling-policy/p", True, True),
        ("arn:aws:batch:us-east-1:111122223333:scheduling-policy/q", True, False),
        ({"Ref": "X"}, None, False),
    ],
)
def test_scheduling_policies(policy: object, fair_share: bool | None, found: bool) -> None:
    share = resource("AWS::Batch::SchedulingPolicy", Name="p")
    (queue,) = linked(P=share, Q=resource(ORDER, SchedulingPolicyArn=policy)).queues
    assert queue.fair_share is fair_share
    assert (queue.policy is not None) is found
