from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from support.cloudformation_schema import schema_problems
from support.parts import environment_of
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import Capacity, CapacityBudget, Platform
from batchwright.wildcards import WILDCARD_REASONS

SCHEDULE = "AWS::Scheduler::Schedule"


def budget(stack: cdk.Stack | None = None, **options: Any) -> CapacityBudget:  # noqa: ANN401
    stack = stack or new_stack()
    defaults: dict[str, Any] = {
        "monthly_budget_usd": 2_000,
        "tag_key": "team",
        "tag_value": "vision",
        "reduced_vcpus": 16,
    }
    if "environment" not in options:
        options["environment"] = environment_of(stack, "SPOT", max_vcpus=512)
    return CapacityBudget(stack, "Budget", **(defaults | options))


def test_a_function_is_told_the_budget_once_a_day() -> None:
    stack = new_stack()
    budget(stack)
    template = synthesize(stack)
    properties = template.only(SCHEDULE)
    (function_id,) = template.of_type("AWS::Lambda::Function")
    assert properties["ScheduleExpression"] == "cron(0 6 * * ? *)"
    assert properties["Target"]["Arn"] == {"Fn::GetAtt": [function_id, "Arn"]}
    parts = properties["Target"]["Input"]["Fn::Join"][1]
    assert json.loads("".join(part if isinstance(part, str) else "ARN" for part in parts)) == {
        "environment": "ARN",
        "budget_usd": 2_000,
        "tag_key": "team",
        "tag_value": "vision",
        "reduced_vcpus": 16,
        "full_vcpus": 512,
    }
    assert not schema_problems(template.body)


def test_the_function_may_read_costs_and_update_this_environment() -> None:
    stack = new_stack()
    budget(stack)
    template = synthesize(stack)
    (environment_id,) = template.of_type("AWS::Batch::ComputeEnvironment")
    (function_id,) = template.of_type("AWS::Lambda::Function")
    allowed = {
        str(statement["Action"]): statement["Resource"]
        for policy in template.of_type("AWS::IAM::Policy").values()
        for statement in policy["PolicyDocument"]["Statement"]
    }
    environment_arn = {"Fn::GetAtt": [environment_id, "ComputeEnvironmentArn"]}
    assert allowed["batch:UpdateComputeEnvironment"] == environment_arn
    assert allowed["lambda:InvokeFunction"] == {"Fn::GetAtt": [function_id, "Arn"]}
    assert [action for action, resource in allowed.items() if resource == "*"] == ["ce:GetCostAndUsage"]
    assert "ce:GetCostAndUsage" in WILDCARD_REASONS


def test_a_failure_raises_an_alarm() -> None:
    stack = new_stack()
    made = budget(stack)
    template = synthesize(stack)
    alarm = template.only("AWS::CloudWatch::Alarm")
    (function_id,) = template.of_type("AWS::Lambda::Function")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("AWS/Lambda", "Errors", 1)
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": function_id}}]
    assert alarm["TreatMissingData"] == "notBreaching"
    assert made.alarm.alarm_arn
    assert made.dead_letters.queue_arn


def test_options_reach_the_schedule() -> None:
    stack = new_stack()
    budget(stack, full_vcpus=64, at="rate(12 hours)", time_zone=cdk.TimeZone.ASIA_TOKYO, enabled=False)
    properties = synthesize(stack).only(SCHEDULE)
    assert (properties["ScheduleExpression"], properties["State"]) == ("rate(12 hours)", "DISABLED")
    assert properties["ScheduleExpressionTimezone"] == "Asia/Tokyo"
    assert '"full_vcpus":64' in str(properties["Target"]["Input"])


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"monthly_budget_usd": 0}, "monthly_budget_usd"),
        ({"monthly_budget_usd": float("nan")}, "monthly_budget_usd"),
        ({"monthly_budget_usd": float("inf")}, "monthly_budget_usd"),
        ({"monthly_budget_usd": "2000"}, "monthly_budget_usd"),
        ({"tag_key": ""}, "tag_key"),
        ({"tag_value": None}, "tag_value"),
        ({"reduced_vcpus": 0}, "reduced_vcpus"),
        ({"reduced_vcpus": 1.5}, "reduced_vcpus"),
        ({"reduced_vcpus": 513}, "reduced_vcpus"),
        ({"full_vcpus": 8}, "reduced_vcpus"),
        ({"full_vcpus": -1}, "full_vcpus"),
        ({"at": "daily"}, "at"),
        ({"at": None}, "at"),
        ({"time_zone": "UTC"}, "time_zone"),
    ],
)
def test_what_cannot_work_is_named(options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: budget(**options))) == [field]


def test_all_problems_at_once() -> None:
    error = refused(lambda: budget(monthly_budget_usd=0, tag_key="", reduced_vcpus=0, at="daily"))
    assert fields(error) == ["monthly_budget_usd", "tag_key", "reduced_vcpus", "at"]


def test_the_full_capacity_must_be_known() -> None:
    stack = new_stack()
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    environment = environment_of(stack, "SPOT", max_vcpus=number)
    assert fields(refused(lambda: budget(stack, environment=environment))) == ["full_vcpus"]
    stack.node.try_remove_child("Budget")
    budget(stack, environment=environment, full_vcpus=number)
    assert "{'Ref': 'Number'}" in str(synthesize(stack).only(SCHEDULE)["Target"]["Input"])


def test_batch_does_not_scale_an_unmanaged_environment() -> None:
    class Unmanaged:
        compute_environment_arn = "arn:aws:batch:us-east-1:123456789012:compute-environment/own"
        capacity = Capacity(kind="UNMANAGED", platform=Platform.EC2, max_vcpus=64)

    assert fields(refused(lambda: budget(environment=Unmanaged()))) == ["environment"]
