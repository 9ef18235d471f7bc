"""Capacity by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from batchwright.environments.capacity.scheduling import (
    Schedules,
    expression_problems,
    managed_problems,
    time_zone_problems,
    vcpu_limit_problems,
)
from batchwright.model import Platform, Problem, Problems
from batchwright.model.arguments import flag_problems, item_problems
from batchwright.tokens import is_token, where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_scheduler as scheduler
    from aws_cdk import aws_sqs as sqs

    from batchwright.contracts import ComputeEnvironment


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityChange:
    """New vCPU limits of an environment from a moment on; what is left out stays as it is.

    Attributes:
        at: When: `cron(0 8 ? * MON-FRI *)`, `rate(12 hours)` or once, `at(2030-01-31T08:00:00)`.
            Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
        min_vcpus: vCPUs kept running when idle, 0 or more; they are billed. Not on Fargate, which has none.
        max_vcpus: vCPUs that it grows to at most, 1 or more. Jobs that run go on when it is lowered.
    """

    at: str
    min_vcpus: int | None = None
    max_vcpus: int | None = None


class CapacitySchedule(Construct):
    """Changes the vCPU limits of an environment at set times: hosts ready when people come, none at night.

    ```python
    CapacitySchedule(
        self,
        "OfficeHours",
        environment=environment,
        changes=[
            CapacityChange(at="cron(45 7 ? * MON-FRI *)", min_vcpus=32),
            CapacityChange(at="cron(0 18 ? * MON-FRI *)", min_vcpus=0),
        ],
        time_zone=TimeZone.EUROPE_BERLIN,
    )
    ```

    EventBridge Scheduler calls AWS Batch directly, with a role that may update this environment alone. A change that is
    refused for an hour goes to `dead_letters`. A deployment that changes the environment's resources sets the limits of
    the template again, until the next change is due.

    Args:
        scope: The parent.
        construct_id: The id below it.
        environment: An environment whose capacity Batch manages; not an unmanaged one.
        changes: What changes when, one or more.
        time_zone: In which the times are read, daylight saving included; UTC by default.
        enabled: Whether the changes happen.

    Raises:
        ConfigurationError: An expression is wrong, a change changes nothing, or a number is outside its range.

    Attributes:
        schedules: The schedules, in the order of the changes.
        dead_letters: Where changes go that could not be made; an alarm on its messages tells of them.
        role: The schedules' role.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: ComputeEnvironment,
        changes: Sequence[CapacityChange],
        time_zone: cdk.TimeZone | None = None,
        enabled: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        problems.extend(managed_problems(environment))
        problems.extend(_changes_problems(changes, environment))
        problems.extend(time_zone_problems(time_zone))
        problems.extend(flag_problems("enabled", enabled))
        problems.raise_if_any()
        schedules = Schedules(self, time_zone=time_zone, enabled=enabled)
        schedules.permit("batch:UpdateComputeEnvironment", environment.compute_environment_arn)
        self.dead_letters: sqs.Queue = schedules.dead_letters
        self.role: iam.Role = schedules.role
        target = f"arn:{cdk.Aws.PARTITION}:scheduler:::aws-sdk:batch:updateComputeEnvironment"
        self.schedules: tuple[scheduler.CfnSchedule, ...] = tuple(
            schedules.add(
                f"Change{number}",
                change.at,
                target=target,
                content={
                    "ComputeEnvironment": environment.compute_environment_arn,
                    "ComputeResources": _limits(change),
                },
            )
            for number, change in enumerate(changes, start=1)
        )


def _limits(change: CapacityChange) -> dict[str, int]:
    limits = {"MinvCpus": change.min_vcpus, "MaxvCpus": change.max_vcpus}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _changes_problems(changes: Sequence[CapacityChange], environment: ComputeEnvironment) -> Sequence[Problem]:
    found = list(item_problems("changes", changes, CapacityChange, fix="Use [CapacityChange(at=..., max_vcpus=...)]."))
    if found:
        return found
    if not changes:
        found.append(Problem("changes", [], "one or more", "Say what changes when."))
    offer = getattr(environment, "capacity", None)
    fargate = getattr(offer, "platform", None) is Platform.FARGATE
    known_maximum = getattr(offer, "max_vcpus", None)
    for number, change in enumerate(changes):
        place = f"changes[{number}]"
        found += expression_problems(f"{place}.at", change.at)
        found += _limit_problems(place, change, fargate=fargate, known_maximum=known_maximum)
    return found


def _limit_problems(
    place: str, change: CapacityChange, *, fargate: bool, known_maximum: int | None
) -> Sequence[Problem]:
    low, high = change.min_vcpus, change.max_vcpus
    if low is None and high is None:
        return [Problem(place, change, "min_vcpus, max_vcpus or both", "Say what changes.")]
    found: list[Problem] = []
    for field, limit, least in (("min_vcpus", low, 0), ("max_vcpus", high, 1)):
        if limit is not None:
            found += vcpu_limit_problems(f"{place}.{field}", limit, least=least)
    if fargate and low is not None:
        found.append(Problem(f"{place}.min_vcpus", low, "nothing on Fargate, which keeps no hosts", "Leave it out."))
    highest = known_maximum if high is None else high
    known = [limit for limit in (low, highest) if isinstance(limit, int) and not is_token(limit)]
    if not found and len(known) == 2 and known[0] > known[1]:
        found.append(Problem(f"{place}.min_vcpus", low, f"up to max_vcpus ({highest})", "Raise max_vcpus with it."))
    return found
