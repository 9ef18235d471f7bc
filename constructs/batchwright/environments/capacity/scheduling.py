"""Schedules that change an environment's capacity: a role, a queue for what could not be delivered, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs

from batchwright.model import Capacity, Problem
from batchwright.model.arguments import kind_problems
from batchwright.model.queue_kinds import UNMANAGED
from batchwright.model.schedules import schedule_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

# An environment that is being updated refuses a change for some minutes; after an hour the next one may be due.
_RETRIES: Final = 20
_MAX_AGE_SECONDS: Final = 3_600


class Schedules:
    """Makes schedules with one role, which a construct grants what they do, and one dead-letter queue.

    Args:
        scope: Where they are made.
        time_zone: In which they are read; UTC when left out.
        enabled: Whether they run.
    """

    def __init__(self, scope: Construct, *, time_zone: cdk.TimeZone | None, enabled: bool) -> None:
        self._scope = scope
        self._time_zone = "Etc/UTC" if time_zone is None else time_zone.timezone_name
        self._state = "ENABLED" if enabled else "DISABLED"
        self.dead_letters = sqs.Queue(
            scope,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
        )
        # Only schedules of this account may use it.
        # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        this_account = {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
        self.role = iam.Role(
            scope,
            "Role",
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=this_account),
            description="Schedules that change the capacity of a Batch compute environment",
        )
        self.permit("sqs:SendMessage", self.dead_letters.queue_arn)

    def permit(self, action: str, resource: str) -> None:
        """Allow the schedules an action on a resource."""
        iam.Grant.add_to_principal(grantee=self.role, actions=[action], resource_arns=[resource])

    def add(
        self, construct_id: str, expression: str, *, target: str, content: Mapping[str, object]
    ) -> scheduler.CfnSchedule:
        """Make a schedule.

        Args:
            construct_id: Its id.
            expression: When it runs.
            target: ARN of what it calls.
            content: What it calls it with.
        """
        schedule = scheduler.CfnSchedule(
            self._scope,
            construct_id,
            schedule_expression=expression,
            schedule_expression_timezone=self._time_zone,
            state=self._state,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=target,
                role_arn=self.role.role_arn,
                input=cdk.Stack.of(self._scope).to_json_string(dict(content)),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=self.dead_letters.queue_arn),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=_RETRIES, maximum_event_age_in_seconds=_MAX_AGE_SECONDS
                ),
            ),
        )
        # Without its permissions the role is there, and the first run would be refused.
        schedule.node.add_dependency(self.role)
        return schedule


def managed_problems(environment: object) -> Sequence[Problem]:
    """Find what is no environment whose capacity Batch manages."""
    field = "environment"
    offer = getattr(environment, "capacity", None)
    if not isinstance(offer, Capacity):
        return [Problem(field, environment, "a compute environment", "Use Ec2Environment(self, ...), for example.")]
    if offer.kind != UNMANAGED:
        return []
    fix = "Scale its Auto Scaling group instead."
    return [Problem(field, "an unmanaged environment", "environments whose capacity Batch manages", fix)]


def expression_problems(field: str, expression: object) -> Sequence[Problem]:
    """Find what is no expression of a schedule; one that is known only at deployment is not judged."""
    if not isinstance(expression, str):
        return [Problem(field, expression, "a text", 'Use "cron(0 8 ? * MON-FRI *)", for example.')]
    return [] if is_token(expression) else schedule_problems(expression, field=field)


def time_zone_problems(time_zone: object) -> Sequence[Problem]:
    """Find what is no time zone of the CDK."""
    return kind_problems("time_zone", time_zone, cdk.TimeZone, fix="Use TimeZone.EUROPE_BERLIN, for example.")


def vcpu_limit_problems(field: str, limit: object, *, least: int) -> Sequence[Problem]:
    """Find what is no number of vCPUs; one that is known only at deployment is not judged."""
    if isinstance(limit, int | float) and is_token(limit):
        return []
    if isinstance(limit, int) and not isinstance(limit, bool) and limit >= least:
        return []
    return [Problem(field, limit, f"a whole number, {least} or more", "Give vCPUs.")]
