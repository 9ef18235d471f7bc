"""BW201: a queue is put over one to three environments of one platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import items
from batchwright.checks.views.settings import constant, count, is_set
from batchwright.model.managed_instances import KIND as MANAGED_INSTANCES
from batchwright.model.queues import (
    environment_count_problems,
    mixed_orchestrator_problems,
    mixed_platform_problems,
    spot_order_problems,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchwright.checks.system import Environment, Queue, System
    from batchwright.model import Problem


_PATH: Final = "ComputeEnvironmentOrder"
_OPTION: Final = "ComputeResources.ManagedInstancesProvider.InstanceLaunchTemplate.CapacityOptionType"
_HOSTED: Final = frozenset({"EC2", "SPOT", "UNMANAGED"})
_KINDS: Final = _HOSTED | {"FARGATE", "FARGATE_SPOT", MANAGED_INSTANCES}


def _check(system: System) -> Iterator[Violation]:
    for queue in system.queues:
        for problem in (*_count_problems(queue), *_mix_problems(queue.environments), *_order_problems(queue)):
            yield Violation(resource=queue.resource, path=_PATH, problem=problem)


def _count_problems(queue: Queue) -> Sequence[Problem]:
    order = queue.resource.get(_PATH)
    number = count(order)
    if number is None:
        # Some entries may be left out; those that are there for sure may be too many already.
        number = sum(bool(is_set(entry)) for entry in items(order)) or 1
    if number == 0 and is_set(queue.resource.get("ServiceEnvironmentOrder")) is not False:
        return []
    return environment_count_problems(number)


def _mix_problems(environments: Sequence[Environment]) -> Sequence[Problem]:
    kinds = [_kind(environment) for environment in environments]
    known = [(environment, kind) for environment, kind in zip(environments, kinds, strict=True) if kind]
    # Fargate and Managed Instances are on ECS anyhow, and judged by their platform.
    eks = [is_set(environment.resource.get("EksConfiguration")) for environment, kind in known if kind in _HOSTED]
    return [
        *mixed_platform_problems(kind for _, kind in known),
        *mixed_orchestrator_problems(ecs=False in eks, eks=True in eks),
    ]


def _order_problems(queue: Queue) -> Sequence[Problem]:
    if not queue.complete or any(environment.kind != MANAGED_INSTANCES for environment in queue.environments):
        return []
    options = [constant(environment.resource.get(_OPTION), absent="ON_DEMAND") for environment in queue.environments]
    return spot_order_problems([None if option is None else option == "SPOT" for option in options])


def _kind(environment: Environment) -> str | None:
    kind = "UNMANAGED" if environment.managed is False else environment.kind
    return kind if kind in _KINDS else None


RULE: Final = Rule(
    id="BW201",
    severity=Severity.ERROR,
    title="A queue has one to three environments of one platform",
    what=(
        "Environments are 1 to 3; all on EC2, all on Fargate or all on Managed Instances; all on ECS or all on EKS; "
        "and on Managed Instances On-Demand stands before Spot. Silent on environments of other applications and on "
        "what is open."
    ),
    why="AWS refuses the queue when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html",
    check=_check,
)
