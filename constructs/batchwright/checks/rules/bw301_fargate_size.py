"""BW301: vCPUs and memory of a Fargate job are one of Fargate's sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at
from batchwright.checks.templates import items
from batchwright.model.fargate import fargate_size_problems, fargate_total_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import Definition, System

_TASKS: Final = "EcsProperties.TaskProperties"


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        if not definition.fargate:
            continue
        if definition.shape == "container" or (definition.shape == "ecs" and _is_alone(definition)):
            yield from _alone(definition)
        elif definition.shape == "ecs":
            yield from _together(definition)


def _is_alone(definition: Definition) -> bool:
    tasks = items(definition.resource.get(_TASKS))
    containers = items(tasks[0].get("Containers")) if len(tasks) == 1 and isinstance(tasks[0], dict) else []
    return len(containers) == len(definition.containers) == 1


def _alone(definition: Definition) -> Iterator[Violation]:
    for container in definition.containers:
        for problem in fargate_size_problems(vcpus=container.vcpus, memory_mib=container.memory_mib):
            path = container.memory_path if problem.field == "memory" else container.vcpus_path
            yield from at(definition.resource, path, [problem])


def _together(definition: Definition) -> Iterator[Violation]:
    # What is open only adds to the sum.
    vcpus = sum(container.vcpus or 0 for container in definition.containers)
    memory = sum(container.memory_mib or 0 for container in definition.containers)
    problems = fargate_total_problems(vcpus=vcpus, memory_mib=memory)
    yield from at(definition.resource, f"{_TASKS}[0].Containers", problems)


RULE: Final = Rule(
    id="BW301",
    severity=Severity.ERROR,
    title="A Fargate job has one of Fargate's sizes",
    what="vCPUs and memory of a job definition for Fargate are a pair of Fargate's table. Of several containers only "
    "the sums are judged, and only against the largest size: AWS does not say whether they must be a pair of the "
    "table. Silent when a value is open.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html",
    check=_check,
)
