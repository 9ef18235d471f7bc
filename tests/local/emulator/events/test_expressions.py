from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from batchwright.local.emulator.events.expressions import fault

if TYPE_CHECKING:
    from support.local_server import LocalServer


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)",
        "rate(5 minutes)",
        "at(2030-01-31T08:00:00)",
        "cron(0 10 L * ? *)",
        "cron(0 10 15W * ? *)",
        "cron(0 10 ? * 6#3 *)",
        "cron(0 10 ? * 6L *)",
        "cron(0/5 8-17 ? * MON-FRI *)",
    ],
)
def test_schedules_that_are_taken(expression: str) -> None:
    assert fault({"ScheduleExpression": expression, "FlexibleTimeWindow": {"Mode": "OFF"}}) is None


@pytest.mark.parametrize(
    ("schedule", "named"),
    [
        ({"ScheduleExpression": "rate(0 minutes)"}, "rate(0 minutes)"),
        ({"ScheduleExpression": "rate(1 fortnight)"}, "rate(1 fortnight)"),
        ({"ScheduleExpression": "cron(0 12 * * * *)"}, "cron(0 12 * * * *)"),
        ({"ScheduleExpression": "cron(61 12 * * ? *)"}, "'61' is no minutes"),
        ({"ScheduleExpression": "at(2030-13-01T00:00:00)"}, "at(2030-13-01T00:00:00)"),
        ({"ScheduleExpressionTimezone": "Mars/North"}, "Timezone Mars/North"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}}, "1441"),
        ({"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}}, "FLEXIBLE only"),
        ({"FlexibleTimeWindow": {"Mode": "ON"}}, "ON"),
        ({"Target": {"RetryPolicy": {"MaximumRetryAttempts": 186}}}, "186"),
        ({"Target": {"RetryPolicy": {"MaximumEventAgeInSeconds": 59}}}, "59"),
    ],
)
def test_schedules_that_are_refused(schedule: dict[str, Any], named: str) -> None:
    assert named in str(fault({"ScheduleExpression": "rate(5 minutes)", **schedule}))


@pytest.mark.parametrize(
    "expression",
    ["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "cron(61 12 * * ? *)", "at(2030-01-01T00:00:00)"],
)
def test_rules_refuse_more(server: LocalServer, expression: str) -> None:
    with pytest.raises(ClientError, match="Parameter ScheduleExpression is not valid"):
        server.client("events").put_rule(Name="bad", ScheduleExpression=expression)


def test_the_api_and_a_stack_refuse_a_schedule(server: LocalServer) -> None:
    target = {"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": "arn:aws:iam::123456789012:role/r"}
    properties = {"ScheduleExpression": "rate(0 days)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}

    with pytest.raises(ClientError, match=r"ValidationException.*rate\(0 days\)"):
        server.client("scheduler").create_schedule(Name="bad", **properties)
    resource = {"Type": "AWS::Scheduler::Schedule", "Properties": properties}
    stack = server.stack("bad-schedule", {"Resources": {"Schedule": resource}})
    assert stack["StackStatus"].startswith("ROLLBACK")
