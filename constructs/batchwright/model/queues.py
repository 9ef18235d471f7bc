"""What a job queue may be put over, and its place among others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from batchwright.model.managed_instances import KIND as MANAGED_INSTANCES
from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batchwright.model.architecture import Architecture

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
_MAX_ENVIRONMENTS: Final = 3
# Source: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
_MAX_SERVICE_ENVIRONMENTS: Final = 1
_MAX_PRIORITY: Final = 1_000
_SAGEMAKER: Final = "SAGEMAKER_TRAINING"
_PLATFORMS: Final = {"FARGATE": "Fargate", "FARGATE_SPOT": "Fargate", MANAGED_INSTANCES: "Managed Instances"}


def environment_count_problems(count: int) -> Sequence[Problem]:
    """Find too few or too many environments of a queue."""
    if 1 <= count <= _MAX_ENVIRONMENTS:
        return []
    fix = "Give at least one; environments beyond the third go to a second queue."
    return [Problem("environments", f"{count} environments", f"1 to {_MAX_ENVIRONMENTS}", fix)]


def platform_of(kind: str) -> str:
    """Name what a kind of environment runs jobs on: `EC2`, `Fargate` or `Managed Instances`.

    Args:
        kind: The environment's resource type, or `UNMANAGED`.
    """
    return _PLATFORMS.get(kind, "EC2")


def mixed_platform_problems(kinds: Iterable[str]) -> Sequence[Problem]:
    """Find environments of different platforms in one queue.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/ecs-managed-instances-job-queues.html
    """
    platforms = sorted({platform_of(kind) for kind in kinds})
    if len(platforms) <= 1:
        return []
    allowed = "all on EC2 or all on Fargate"
    if platform_of(MANAGED_INSTANCES) in platforms:
        allowed += " or all on Managed Instances"
    return [Problem("environments", " and ".join(platforms), allowed, "Make one queue for each.")]


def mixed_orchestrator_problems(*, ecs: bool, eks: bool) -> Sequence[Problem]:
    """Find environments on ECS and on EKS in one queue."""
    if not (ecs and eks):
        return []
    return [Problem("environments", "ECS and EKS", "all on ECS or all on EKS", "Make one queue for each.")]


def mixed_architecture_problems(architectures: Iterable[Architecture]) -> Sequence[Problem]:
    """Find environments of different CPU architectures in one queue."""
    known = sorted({architecture.value for architecture in architectures})
    if len(known) <= 1:
        return []
    fix = "Make one queue for each: a job's image runs on one of them only."
    return [Problem("environments", " and ".join(known), "environments of one CPU architecture", fix)]


def spot_order_problems(spot: Sequence[bool | None]) -> Sequence[Problem]:
    """Find Spot capacity before On-Demand in a queue over Managed Instances.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/ecs-managed-instances-job-queues.html

    Args:
        spot: Whether each environment is on Spot, in the queue's order; None when open.
    """
    first = next((position for position, each in enumerate(spot) if each), len(spot))
    if False not in spot[first:]:
        return []
    allowed = "On-Demand before Spot on Managed Instances"
    return [Problem("environments", "Spot before On-Demand", allowed, "Turn their order round.")]


def priority_problems(priority: float) -> Sequence[Problem]:
    """Find a priority outside its range."""
    if 0 <= priority <= _MAX_PRIORITY and is_whole(priority):
        return []
    fix = "The higher number goes first; 1 is a good start."
    return [Problem("priority", tidy(priority), f"a whole number, 0 to {_MAX_PRIORITY}", fix)]


def order_problems(orders: Sequence[float]) -> Sequence[Problem]:
    """Find two environments of a queue in the same place."""
    double = [order for order, count in Counter(orders).items() if count > 1]
    fix = "Number them 1, 2, 3 in the order in which they shall be tried."
    return [Problem("order", tidy(order), "a number of its own for each environment", fix) for order in double]


def service_queue_problems(
    *, services: int | None, environments: bool | None, queue_type: str | None
) -> Sequence[Problem]:
    """Find what does not go together in a queue for service jobs (SageMaker training).

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html (serviceEnvironmentOrder)

    Args:
        services: How many service environments it has; None when open.
        environments: Whether it has compute environments; None when open.
        queue_type: Its `JobQueueType`; empty when not set, None when open.
    """
    if not services:
        if not environments or queue_type != _SAGEMAKER:
            return []
        fix = "Name a service environment in ServiceEnvironmentOrder, or leave the type out."
        return [Problem("job_queue_type", queue_type, "a type of container jobs with compute environments", fix)]
    found = []
    if environments:
        allowed = "service environments or compute environments, not both"
        found.append(Problem("service_environment_order", "both", allowed, "Make one queue for each."))
    if services > _MAX_SERVICE_ENVIRONMENTS:
        value = f"{services} service environments"
        fix = "Make one queue for each."
        found.append(Problem("service_environment_order", value, f"{_MAX_SERVICE_ENVIRONMENTS}", fix))
    if queue_type not in {None, _SAGEMAKER}:
        allowed = f"{_SAGEMAKER} with a service environment"
        found.append(Problem("job_queue_type", queue_type or None, allowed, f"Use {_SAGEMAKER}."))
    return found
