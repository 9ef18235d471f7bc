from __future__ import annotations

import json
from functools import partial
from typing import Any

import aws_cdk as cdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudformation_schema import schema_problems
from support.parts import KINDS, environment_of
from support.problems import fields, named, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import Capacity, CapacityChange, CapacitySchedule, Platform

SCHEDULE = "AWS::Scheduler::Schedule"
MORNING, EVENING = "cron(45 7 ? * MON-FRI *)", "cron(0 18 ? * MON-FRI *)"


def schedule(
    *changes: CapacityChange,
    kind: str = "EC2",
    stack: cdk.Stack | None = None,
    **options: Any,  # noqa: ANN401
) -> CapacitySchedule:
    stack = stack or new_stack()
    return CapacitySchedule(stack, "Hours", environment=environment_of(stack, kind), changes=changes, **options)


def inputs(template: Template) -> list[dict[str, Any]]:
    """What each schedule sends, with the environment's ARN as `ARN`."""
    texts = [each["Target"]["Input"]["Fn::Join"][1] for each in template.of_type(SCHEDULE).values()]
    return [json.loads("".join(part if isinstance(part, str) else "ARN" for part in text)) for text in texts]


def test_limits_change_at_their_times() -> None:
    stack = new_stack()
    made = schedule(
        CapacityChange(at=MORNING, min_vcpus=32, max_vcpus=512),
        CapacityChange(at=EVENING, min_vcpus=0),
        stack=stack,
        time_zone=cdk.TimeZone.EUROPE_BERLIN,
    )
    template = synthesize(stack)
    schedules = list(template.of_type(SCHEDULE).values())
    assert [each["ScheduleExpression"] for each in schedules] == [MORNING, EVENING]
    assert {each["ScheduleExpressionTimezone"] for each in schedules} == {"Europe/Berlin"}
    assert {each["State"] for each in schedules} == {"ENABLED"}
    assert all("aws-sdk:batch:updateComputeEnvironment" in str(each["Target"]["Arn"]) for each in schedules)
    assert inputs(template) == [
        {"ComputeEnvironment": "ARN", "ComputeResources": {"MinvCpus": 32, "MaxvCpus": 512}},
        {"ComputeEnvironment": "ARN", "ComputeResources": {"MinvCpus": 0}},
    ]
    assert len(made.schedules) == 2


def test_the_role_may_update_this_environment_alone() -> None:
    stack = new_stack()
    schedule(CapacityChange(at=MORNING, max_vcpus=1), stack=stack, kind="FARGATE")
    template = synthesize(stack)
    (environment_id,) = template.of_type("AWS::Batch::ComputeEnvironment")
    (queue_id,) = template.of_type("AWS::SQS::Queue")
    (policy,) = template.of_type("AWS::IAM::Policy").values()
    allowed = {each["Action"]: each["Resource"] for each in policy["PolicyDocument"]["Statement"]}
    assert allowed == {
        "batch:UpdateComputeEnvironment": {"Fn::GetAtt": [environment_id, "ComputeEnvironmentArn"]},
        "sqs:SendMessage": {"Fn::GetAtt": [queue_id, "Arn"]},
    }
    (trust,) = template.only("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_what_cannot_be_done_is_kept() -> None:
    stack = new_stack()
    made = schedule(CapacityChange(at=MORNING, max_vcpus=1), stack=stack)
    template = synthesize(stack)
    (queue_id,) = template.of_type("AWS::SQS::Queue")
    target = template.only(SCHEDULE)["Target"]
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [queue_id, "Arn"]}}
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3_600, "MaximumRetryAttempts": 20}
    assert template.only("AWS::SQS::Queue")["SqsManagedSseEnabled"] is True
    assert stack.resolve(made.dead_letters.queue_arn) == {"Fn::GetAtt": [queue_id, "Arn"]}
    (resource,) = template.raw(SCHEDULE)
    (policy_id,) = template.of_type("AWS::IAM::Policy")
    assert policy_id in resource["DependsOn"]


def test_it_can_be_switched_off() -> None:
    stack = new_stack()
    schedule(CapacityChange(at="rate(1 day)", max_vcpus=1), stack=stack, enabled=False)
    properties = synthesize(stack).only(SCHEDULE)
    assert (properties["State"], properties["ScheduleExpressionTimezone"]) == ("DISABLED", "Etc/UTC")


def test_numbers_known_at_deployment_are_not_judged() -> None:
    stack = new_stack()
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    when = cdk.CfnParameter(stack, "When").value_as_string
    schedule(CapacityChange(at=when, min_vcpus=number, max_vcpus=number), stack=stack)  # type: ignore[arg-type]
    properties = synthesize(stack).only(SCHEDULE)
    assert properties["ScheduleExpression"] == {"Ref": "When"}
    assert str(properties["Target"]["Input"]).count("{'Ref': 'Number'}") == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (CapacityChange(at="0 8 * * *", max_vcpus=1), "changes[0].at"),
        (CapacityChange(at=8, max_vcpus=1), "changes[0].at"),  # type: ignore[arg-type]
        (CapacityChange(at=MORNING), "changes[0]"),
        (CapacityChange(at=MORNING, max_vcpus=0), "changes[0].max_vcpus"),
        (CapacityChange(at=MORNING, max_vcpus=1.5), "changes[0].max_vcpus"),  # type: ignore[arg-type]
        (CapacityChange(at=MORNING, max_vcpus=float("inf")), "changes[0].max_vcpus"),  # type: ignore[arg-type]
        (CapacityChange(at=MORNING, min_vcpus=-1), "changes[0].min_vcpus"),
        (CapacityChange(at=MORNING, min_vcpus="4"), "changes[0].min_vcpus"),  # type: ignore[arg-type]
        (CapacityChange(at=MORNING, min_vcpus=8, max_vcpus=4), "changes[0].min_vcpus"),
        (CapacityChange(at=MORNING, min_vcpus=257), "changes[0].min_vcpus"),
        ("tomorrow", "changes[0]"),
    ],
)
def test_a_change_that_cannot_be_made_is_named(change: Any, field: str) -> None:  # noqa: ANN401
    assert fields(refused(lambda: schedule(change))) == [field]


def test_fargate_keeps_no_hosts() -> None:
    change = CapacityChange(at=MORNING, min_vcpus=0, max_vcpus=4)
    assert fields(refused(lambda: schedule(change, kind="FARGATE_SPOT"))) == ["changes[0].min_vcpus"]


def test_no_change_and_wrong_kinds_are_named() -> None:
    stack = new_stack()
    environment = environment_of(stack, "EC2")
    change = CapacityChange(at=MORNING, max_vcpus=4)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"changes": []}, "changes"),
        ({"changes": change}, "changes"),
        ({"time_zone": "Europe/Berlin"}, "time_zone"),
        ({"environment": "arn"}, "environment"),
    ]
    for options, field in wrong:
        given_options: dict[str, Any] = {"environment": environment, "changes": [change], **options}
        error = refused(partial(CapacitySchedule, stack, field, **given_options))
        assert fields(error) == [field]
        stack.node.try_remove_child(field)


def test_batch_does_not_scale_an_unmanaged_environment() -> None:
    class Unmanaged:
        compute_environment_arn = "arn:aws:batch:us-east-1:123456789012:compute-environment/own"
        capacity = Capacity(kind="UNMANAGED", platform=Platform.EC2, max_vcpus=None)

    change = CapacityChange(at=MORNING, max_vcpus=4)
    error = refused(lambda: CapacitySchedule(new_stack(), "Hours", environment=Unmanaged(), changes=[change]))
    assert fields(error) == ["environment"]


@given(
    kind=st.sampled_from(KINDS),
    low=st.sampled_from([None, -1, 0, 4, 300]),
    high=st.sampled_from([None, 0, 1, 512]),
    at=st.sampled_from([MORNING, "rate(1 day)", "at(2030-01-31T08:00:00)", "cron(* * * * * *)"]),
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_accepted_or_named(kind: str, low: int | None, high: int | None, at: str) -> None:
    stack = new_stack()
    found = named(lambda: schedule(CapacityChange(at=at, min_vcpus=low, max_vcpus=high), stack=stack, kind=kind))
    assert ("changes[0].at" in found) is at.startswith("cron(*")
    assert ("changes[0]" in found) is (low is None and high is None)
    assert ("changes[0].max_vcpus" in found) is (high == 0)
    if not found:
        assert not schema_problems(synthesize(stack).body)
