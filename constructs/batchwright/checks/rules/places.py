"""Where parts of resources stand in a template, most of them of job definitions; shared by rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.checks.rule import Violation
from batchwright.checks.templates import fields, is_open, items
from batchwright.model.names import name_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchwright.checks.system import System
    from batchwright.checks.templates import Absent, Resource, Value
    from batchwright.model import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What all containers of an ECS task share: roles, volumes, disk, platform.

    Attributes:
        path: Its place: `ContainerProperties`, `EcsProperties.TaskProperties[0]`, or the like in a node range.
        properties: Its object.
        multiple: Whether it may have several containers, in its `Containers`.
    """

    path: str
    properties: dict[str, Value]
    multiple: bool

    @property
    def role(self) -> str:
        """Name of the property that holds the program's role."""
        return "TaskRoleArn" if self.multiple else "JobRoleArn"


def at(resource: Resource, path: str, problems: Sequence[Problem]) -> Iterator[Violation]:
    """Place problems at a property of a resource."""
    for problem in problems:
        yield Violation(resource=resource, path=path, problem=problem)


def named(system: System, resource_type: str, path: str, *, field: str) -> Iterator[Violation]:
    """Judge the names of all resources of a type; those that are open or left out are not."""
    for resource in system.of_type(resource_type):
        name = resource.get(path)
        if isinstance(name, str):
            yield from at(resource, path, name_problems(name, field=field))


def each(value: Value | Absent, path: str) -> Iterator[tuple[str, dict[str, Value]]]:
    """Go through the objects of a list, with their paths; those that are open are left out."""
    for number, item in enumerate(items(value)):
        if isinstance(item, dict):
            yield f"{path}[{number}]", item


def known_count(value: Value | Absent) -> int:
    """Count the items of a list that are there for sure; an open one may turn out to be none."""
    return sum(1 for item in items(value) if item is not None and not is_open(item))


def all_known(value: Value | Absent) -> bool:
    """Whether a list is there, and none of its items is open."""
    return isinstance(value, list) and not any(map(is_open, value))


def tasks(resource: Resource) -> Iterator[Task]:
    """Go through the ECS tasks of a job definition: one, or one a node range."""
    yield from _tasks(resource.properties, "", "ContainerProperties")
    for path, node in node_ranges(resource):
        yield from _tasks(node, f"{path}.", "Container")


def pods(resource: Resource) -> Iterator[tuple[str, dict[str, Value]]]:
    """Go through the Kubernetes pods of a job definition, with their paths: one, or one a node range."""
    owners = [("", resource.properties), *((f"{path}.", node) for path, node in node_ranges(resource))]
    for path, owner in owners:
        pod = fields(fields(owner.get("EksProperties")).get("PodProperties"))
        if pod:
            yield f"{path}EksProperties.PodProperties", pod


def attempt_settings(system: System) -> Iterator[tuple[Resource, str, dict[str, Value]]]:
    """Go through what has `RetryStrategy` and `Timeout`: job definitions, and submissions that override them.

    Returns:
        The resource, what comes before a property's path in it, and the properties.
    """
    for definition in system.definitions:
        yield definition.resource, "", definition.resource.properties
    for submission in system.submissions:
        yield submission.resource, f"{submission.request_path}.", submission.request


def node_ranges(resource: Resource) -> Iterator[tuple[str, dict[str, Value]]]:
    """Go through the node ranges of a multi-node job definition, with their paths."""
    path = "NodeProperties.NodeRangeProperties"
    yield from each(resource.get(path), path)


def _tasks(owner: dict[str, Value], path: str, single: str) -> Iterator[Task]:
    container = fields(owner.get(single))
    if container:
        yield Task(path=f"{path}{single}", properties=container, multiple=False)
    several = fields(owner.get("EcsProperties")).get("TaskProperties")
    for place, task in each(several, f"{path}EcsProperties.TaskProperties"):
        yield Task(path=place, properties=task, multiple=True)
