"""BW319: containers of one job fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import all_known, at, each, known_count, node_ranges, tasks
from batchwright.checks.templates import fields, flag, number, text
from batchwright.model.multi_container import (
    container_timeout_problems,
    dependency_condition_problems,
    dependency_cycle_problems,
    dependency_target_problems,
    essential_problems,
    task_container_count_problems,
    task_count_problems,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import Definition, System
    from batchwright.checks.templates import Resource, Value

_TIMEOUTS: Final = {"StartTimeout": "start_timeout", "StopTimeout": "stop_timeout"}


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        yield from _task_counts(definition.resource)
        for task in tasks(definition.resource):
            if task.multiple:
                yield from _of_task(definition, f"{task.path}.Containers", task.properties.get("Containers"))


def _task_counts(resource: Resource) -> Iterator[Violation]:
    for path, owner in (("", resource.properties), *((f"{path}.", node) for path, node in node_ranges(resource))):
        count = known_count(fields(owner.get("EcsProperties")).get("TaskProperties"))
        yield from at(resource, f"{path}EcsProperties.TaskProperties", task_count_problems(count))


def _of_task(definition: Definition, path: str, listed: Value) -> Iterator[Violation]:
    resource = definition.resource
    containers = list(each(listed, path))
    yield from at(resource, path, task_container_count_problems(known_count(listed)))
    if all_known(listed):
        yield from at(resource, path, essential_problems([_essential(container) for _, container in containers]))
        yield from _dependencies(resource, path, containers)
    for place, container in containers:
        for name, field in _TIMEOUTS.items():
            seconds = number(container.get(name))
            if seconds is not None:
                problems = container_timeout_problems(seconds, field=field, fargate=bool(definition.fargate))
                yield from at(resource, f"{place}.{name}", problems)


def _dependencies(resource: Resource, path: str, containers: list[tuple[str, dict[str, Value]]]) -> Iterator[Violation]:
    by_name = {name: container for _, container in containers if (name := text(container.get("Name")))}
    waits: dict[str, list[str]] = {name: [] for name in by_name}
    for place, container in containers:
        for where, dependency in each(container.get("DependsOn"), f"{place}.DependsOn"):
            target, condition = text(dependency.get("ContainerName")), text(dependency.get("Condition"))
            if target is None:
                continue
            waits.get(text(container.get("Name")) or "", []).append(target)
            # A name that is open, or that Batch gives, may be the one.
            if len(by_name) == len(containers):
                problems = dependency_target_problems(target, list(by_name))
                yield from at(resource, f"{where}.ContainerName", problems)
            essential = target in by_name and _essential(by_name[target]) is True
            if condition is not None:
                problems = dependency_condition_problems(target, condition, essential=essential)
                yield from at(resource, f"{where}.Condition", problems)
    yield from at(resource, path, dependency_cycle_problems(waits))


def _essential(container: dict[str, Value]) -> bool | None:
    """Whether a container is essential, as it is when it does not say; None when open."""
    return True if container.get("Essential") is None else flag(container.get("Essential"))


RULE: Final = Rule(
    id="BW319",
    severity=Severity.ERROR,
    title="Containers of one job fit together",
    what="`EcsProperties` has one task, of ten containers at most, one of them essential. `DependsOn` names a "
    "container of the task, in no circle; nothing waits for the end of an essential container (COMPLETE, SUCCESS). "
    "Start and stop timeouts are 2 seconds or more, on Fargate 120 at most. Silent on what is open.",
    why="AWS refuses the job definition when the stack is deployed, or the task never starts.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_TaskContainerProperties.html",
    check=_check,
)
