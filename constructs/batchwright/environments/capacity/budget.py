"""Capacity that a monthly budget leaves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from constructs import Construct

from batchwright.environments.capacity.scheduling import (
    Schedules,
    expression_problems,
    managed_problems,
    time_zone_problems,
    vcpu_limit_problems,
)
from batchwright.functions import ShippedFunction
from batchwright.model import Problem, Problems
from batchwright.model.arguments import flag_problems
from batchwright.tokens import is_token, where

if TYPE_CHECKING:
    from collections.abc import Sequence

    import aws_cdk as cdk
    from aws_cdk import aws_scheduler as scheduler
    from aws_cdk import aws_sqs as sqs

    from batchwright.contracts import ComputeEnvironment


class CapacityBudget(Construct):
    """Lowers an environment's `max_vcpus` when a month costs more than its budget, and raises it again.

    Once a day a function asks Cost Explorer what the resources with a cost allocation tag have cost since the first of
    the month. While that keeps to an even pace the environment may grow to `full_vcpus`; above the pace it may grow to
    as much less as each day left must cost less; with nothing left, to `reduced_vcpus`. Running jobs go on.

    It is a brake, not a wall: costs show up in Cost Explorer up to a day late, and hosts that run are not stopped. The
    tag must be active as a cost allocation tag in the billing account, and be on what costs money (hosts and volumes).
    Each question costs 0.01 USD. A deployment that changes the environment's resources sets the template's limit again,
    until the next day.

    When something fails, the capacity stays as it is and `alarm` goes off:

    ```python
    budget = CapacityBudget(
        self, "Budget", environment=environment, monthly_budget_usd=2_000,
        tag_key="team", tag_value="vision", reduced_vcpus=16,
    )
    budget.alarm.add_alarm_action(SnsAction(topic))
    ```

    Args:
        scope: The parent.
        construct_id: The id below it.
        environment: An environment whose capacity Batch manages; not an unmanaged one.
        monthly_budget_usd: What a month (UTC) may cost, above 0.
        tag_key: The cost allocation tag that counts.
        tag_value: Its value.
        reduced_vcpus: vCPUs that the environment may grow to with nothing left, 1 or more, and no less than the vCPUs
            that it keeps.
        full_vcpus: vCPUs that it may grow to on pace; the environment's own `max_vcpus` by default.
        at: When: `cron(0 6 * * ? *)`, daily at 6, by default.
        time_zone: In which `at` is read; UTC by default.
        enabled: Whether it happens.

    Raises:
        ConfigurationError: A number is outside its range, a tag is empty, or the expression is wrong.

    Attributes:
        function: The function.
        schedule: When it runs.
        alarm: Goes off when the function fails; it has no action of its own.
        dead_letters: Where invocations go that could not be made.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: ComputeEnvironment,
        monthly_budget_usd: float,
        tag_key: str,
        tag_value: str,
        reduced_vcpus: int,
        full_vcpus: int | None = None,
        at: str = "cron(0 6 * * ? *)",
        time_zone: cdk.TimeZone | None = None,
        enabled: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        full = getattr(getattr(environment, "capacity", None), "max_vcpus", None) if full_vcpus is None else full_vcpus
        problems = Problems(where(self))
        problems.extend(managed_problems(environment))
        problems.extend(_budget_problems(monthly_budget_usd))
        problems.extend(_tag_problems(tag_key=tag_key, tag_value=tag_value))
        problems.extend(_vcpu_problems(reduced=reduced_vcpus, full=full))
        problems.extend(expression_problems("at", at))
        problems.extend(time_zone_problems(time_zone))
        problems.extend(flag_problems("enabled", enabled))
        problems.raise_if_any()
        self.function = ShippedFunction(self, "Function", name="scale_capacity")
        for action, resource in (
            ("batch:UpdateComputeEnvironment", environment.compute_environment_arn),
            ("ce:GetCostAndUsage", "*"),
        ):
            iam.Grant.add_to_principal(grantee=self.function, actions=[action], resource_arns=[resource])
        schedules = Schedules(self, time_zone=time_zone, enabled=enabled)
        schedules.permit("lambda:InvokeFunction", self.function.function.function_arn)
        self.dead_letters: sqs.Queue = schedules.dead_letters
        self.schedule: scheduler.CfnSchedule = schedules.add(
            "Daily",
            at,
            target=self.function.function.function_arn,
            content={
                "environment": environment.compute_environment_arn,
                "budget_usd": monthly_budget_usd,
                "tag_key": tag_key,
                "tag_value": tag_value,
                "reduced_vcpus": reduced_vcpus,
                "full_vcpus": full,
            },
        )
        self.alarm = cloudwatch.Alarm(
            self,
            "Failed",
            metric=self.function.function.metric_errors(),
            threshold=1,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description="A budget could not be checked: the capacity stays as it is. The function logs why.",
        )


def _budget_problems(budget: object) -> Sequence[Problem]:
    number = None if isinstance(budget, bool) or not isinstance(budget, int | float) else budget
    if number is not None and (is_token(number) or 0 < number < math.inf):
        return []
    return [Problem("monthly_budget_usd", budget, "US dollars above 0", "Use enabled=False to leave the limit alone.")]


def _tag_problems(**tags: object) -> Sequence[Problem]:
    wrong = {name: value for name, value in tags.items() if not isinstance(value, str) or not value}
    fix = "Name the tag that your billing account has activated."
    return [Problem(name, value, "a text", fix) for name, value in wrong.items()]


def _vcpu_problems(*, reduced: int, full: int | None) -> Sequence[Problem]:
    if full is None:
        fix = "Say what the environment may grow to."
        return [Problem("full_vcpus", full, "a number, as the environment's own is known only at deployment", fix)]
    found = [*vcpu_limit_problems("reduced_vcpus", reduced, least=1), *vcpu_limit_problems("full_vcpus", full, least=1)]
    if not found and not is_token(reduced) and not is_token(full) and reduced > full:
        found.append(Problem("reduced_vcpus", reduced, f"up to full_vcpus ({full})", "Lower it, or raise full_vcpus."))
    return found
