"""BW113: environments on ECS Managed Instances have a provider, and others have none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import number
from batchwright.checks.views.settings import is_set
from batchwright.model.managed_instances import KIND, instance_choice_problems, provider_problems, scale_in_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchwright.checks.system import Environment, System
    from batchwright.model import Problem


_PROVIDER: Final = "ComputeResources.ManagedInstancesProvider"
_REQUIREMENTS: Final = f"{_PROVIDER}.InstanceLaunchTemplate.InstanceRequirements"
_TAGS: Final = "ComputeResources.CapacityTags"
_IDLE: Final = f"{_PROVIDER}.InfrastructureOptimization.ScaleInAfter"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        if environment.kind is None:
            continue
        resource = environment.resource
        provider, tags = is_set(resource.get(_PROVIDER)), is_set(resource.get(_TAGS))
        for problem in provider_problems(kind=environment.kind, provider=provider, tags=tags):
            path = _TAGS if problem.field == "capacity_tags" else _PROVIDER
            yield Violation(resource=resource, path=path, problem=problem)
        seconds = number(resource.get(_IDLE))
        for problem in () if seconds is None else scale_in_problems(seconds):
            yield Violation(resource=resource, path=_IDLE, problem=problem)
        for problem in _choice_problems(environment):
            yield Violation(resource=resource, path=f"{_REQUIREMENTS}.AllowedInstanceTypes", problem=problem)


def _choice_problems(environment: Environment) -> Sequence[Problem]:
    if environment.kind != KIND:
        return []
    vcpus, memory = (
        tuple(number(environment.resource.get(f"{_REQUIREMENTS}.{name}.{end}")) for end in ("Min", "Max"))
        for name in ("VCpuCount", "MemoryMiB")
    )
    types = environment.instance_types or ()
    return instance_choice_problems(types, vcpus=(vcpus[0], vcpus[1]), memory_mib=(memory[0], memory[1]))


RULE: Final = Rule(
    id="BW113",
    severity=Severity.ERROR,
    title="Environments on ECS Managed Instances have a provider, and others have none",
    what=(
        "ManagedInstancesProvider is set with the type ECS_MANAGED_INSTANCES, and with it only, as CapacityTags are; "
        "ScaleInAfter is -1 or 0 to 3600; where AllowedInstanceTypes names types, one of them is within VCpuCount and "
        "MemoryMiB. Silent on what is open. That the type, CapacityOptionType and FipsEnabled "
        "cannot be changed is not seen in one template."
    ),
    why="AWS refuses the environment when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html",
    check=_check,
)
