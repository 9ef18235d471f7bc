from __future__ import annotations

from functools import partial
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.parts import environment_of, job_of
from support.problems import fields, named, refused
from support.synthesis import new_stack, synthesize

from batchwright import FairShare, JobQueue, Share

QUEUE = "AWS::Batch::JobQueue"
POLICY = "AWS::Batch::SchedulingPolicy"
EXISTING = "arn:aws:batch:us-east-1:123456789012:scheduling-policy/teams"


def queue_with(fair_share: Any, *, stack: cdk.Stack | None = None) -> JobQueue:  # noqa: ANN401
    stack = stack or new_stack()
    environment = stack.node.try_find_child("Environment") or environment_of(stack, "FARGATE")
    return JobQueue(stack, "Queue", environments=[environment], fair_share=fair_share)  # type: ignore[list-item]


def test_larger_portions_have_smaller_weights() -> None:
    stack = new_stack()
    queue = queue_with(FairShare([Share("research", relative=4), Share("ci*", relative=0.5), Share("a")]), stack=stack)
    template = synthesize(stack)
    policy = template.only(POLICY)
    assert policy["FairsharePolicy"] == {
        "ComputeReservation": 0,
        "ShareDecaySeconds": 3_600,
        "ShareDistribution": [
            {"ShareIdentifier": "research", "WeightFactor": 0.25},
            {"ShareIdentifier": "ci*", "WeightFactor": 2},
            {"ShareIdentifier": "a", "WeightFactor": 1},
        ],
    }
    (policy_id,) = template.of_type(POLICY)
    assert template.only(QUEUE)["SchedulingPolicyArn"] == {"Fn::GetAtt": [policy_id, "Arn"]}
    assert queue.fair_share
    assert not api_problems("CreateSchedulingPolicy", policy, name="name")


def test_decay_and_reservation_reach_the_policy() -> None:
    stack = new_stack()
    queue_with(FairShare(decay=cdk.Duration.days(7), reservation_percentage=99), stack=stack)
    policy = synthesize(stack).only(POLICY)["FairsharePolicy"]
    assert (policy["ShareDecaySeconds"], policy["ComputeReservation"]) == (604_800, 99)


def test_an_existing_policy_is_taken() -> None:
    stack = new_stack()
    policy = batch.FairshareSchedulingPolicy.from_fairshare_scheduling_policy_arn(stack, "Teams", EXISTING)
    queue = queue_with(policy, stack=stack)
    template = synthesize(stack)
    assert template.only(QUEUE)["SchedulingPolicyArn"] == EXISTING
    assert not template.of_type(POLICY)
    assert queue.fair_share


def test_two_queues_share_a_policy() -> None:
    stack = new_stack()
    first = queue_with(FairShare(), stack=stack)
    assert first.scheduling_policy is first.scheduling_policy
    environment: Any = stack.node.find_child("Environment")
    JobQueue(stack, "Second", environments=[environment], fair_share=first.scheduling_policy)
    template = synthesize(stack)
    assert len(template.of_type(POLICY)) == 1
    assert len({str(queue["SchedulingPolicyArn"]) for queue in template.of_type(QUEUE).values()}) == 1


def test_a_queue_without_a_policy_has_none() -> None:
    queue = queue_with(None)
    assert queue.scheduling_policy is None
    assert not queue.fair_share


def test_going_over_to_shares_makes_another_queue() -> None:
    """AWS refuses to add a policy to a queue, or to take it away; changes of the shares stay in place."""

    def logical_ids(fair_share: FairShare | None) -> tuple[set[str], set[str]]:
        stack = new_stack()
        queue_with(fair_share, stack=stack)
        template = synthesize(stack)
        return set(template.of_type(QUEUE)), set(template.of_type(POLICY))

    fifo, shared, changed = logical_ids(None), logical_ids(FairShare()), logical_ids(FairShare([Share("a", 2)]))
    assert fifo[0].isdisjoint(shared[0])
    assert shared == changed


def test_jobs_of_a_shared_queue_need_a_priority() -> None:
    stack = new_stack()
    queue = queue_with(FairShare(), stack=stack)
    assert fields(refused(lambda: job_of(stack, "FARGATE", queue=queue))) == ["scheduling_priority"]
    job_of(stack, "FARGATE", construct_id="Second", queue=queue, scheduling_priority=10)


@pytest.mark.parametrize(
    ("fair_share", "field"),
    [
        (FairShare([Share("user-a")]), "fair_share.shares"),
        (FairShare([Share("UserA*"), Share("UserA1")]), "fair_share.shares"),
        (FairShare([Share("a"), Share("a")]), "fair_share.shares"),
        (FairShare([Share(f"s{n}") for n in range(501)]), "fair_share.shares"),
        (FairShare([Share("a", relative=0)]), "fair_share.shares['a'].relative"),
        (FairShare([Share("a", relative=float("nan"))]), "fair_share.shares['a'].relative"),
        (FairShare(decay=cdk.Duration.days(8)), "fair_share.decay"),
        (FairShare(reservation_percentage=100), "fair_share.reservation_percentage"),
        (FairShare(reservation_percentage=-1), "fair_share.reservation_percentage"),
    ],
)
def test_what_aws_refuses_is_named(fair_share: FairShare, field: str) -> None:
    assert fields(refused(lambda: queue_with(fair_share))) == [field]


def test_wrong_kinds_are_named() -> None:
    share: Any = Share("a", relative="4")  # type: ignore[arg-type]
    number: Any = Share(7)  # type: ignore[arg-type]
    wrong: list[tuple[Any, str]] = [
        (True, "fair_share"),
        ("teams", "fair_share"),
        ([Share("a")], "fair_share"),
        (FairShare(Share("a")), "fair_share.shares"),  # type: ignore[arg-type]
        (FairShare(["a"]), "fair_share.shares"),  # type: ignore[list-item]
        (FairShare([share]), "fair_share.shares['a'].relative"),
        (FairShare([number]), "fair_share.shares"),
        (FairShare([Share(None)]), "fair_share.shares"),  # type: ignore[arg-type]
        (FairShare(decay=3600), "fair_share.decay"),  # type: ignore[arg-type]
        (FairShare(reservation_percentage="10"), "fair_share.reservation_percentage"),  # type: ignore[arg-type]
    ]
    for value, field in wrong:
        assert fields(refused(partial(queue_with, value))) == [field]


def test_a_portion_is_known_at_synthesis() -> None:
    stack = new_stack()
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    fair_share = FairShare([Share("a", relative=number)], reservation_percentage=number)  # type: ignore[arg-type]
    assert fields(refused(lambda: queue_with(fair_share, stack=stack))) == ["fair_share.shares['a'].relative"]


@given(
    names=st.lists(st.from_regex(r"[ab]{0,2}\*?", fullmatch=True), max_size=4),
    relative=st.sampled_from([0.0, 0.001, 0.0011, 0.3, 7, 10_000, 10_001]),
    seconds=st.sampled_from([0, 1, 604_800, 604_801]),
    reservation=st.integers(-1, 100),
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_accepted_or_named(names: list[str], relative: float, seconds: int, reservation: int) -> None:
    stack = new_stack()
    shares = [Share(name, relative=relative) for name in names]
    value = FairShare(shares, decay=cdk.Duration.seconds(seconds), reservation_percentage=reservation)
    found = named(lambda: queue_with(value, stack=stack))
    if found:
        assert all(field.startswith("fair_share.") for field in found)
    else:
        template = synthesize(stack)
        assert not schema_problems(template.body)
        assert not api_problems("CreateSchedulingPolicy", template.only(POLICY), name="name")
    assert ("fair_share.decay" in found) is (seconds > 604_800)
    assert ("fair_share.reservation_percentage" in found) is not (0 <= reservation <= 99)
