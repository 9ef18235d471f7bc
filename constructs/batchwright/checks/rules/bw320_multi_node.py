"""BW320: the nodes of a multi-node parallel job are all described, and alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import all_known, at, known_count, node_ranges
from batchwright.checks.templates import fields, items, number, text
from batchwright.model.multi_node import (
    is_node_range,
    main_node_problems,
    multi_node_platform_problems,
    node_count_problems,
    node_coverage_problems,
    node_group_count_problems,
    node_instance_type_problems,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import Definition, System
    from batchwright.checks.templates import Resource

_RANGES: Final = "NodeProperties.NodeRangeProperties"


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        resource = definition.resource
        if not resource.object("NodeProperties"):
            continue
        yield from _platforms(definition)
        yield from at(resource, _RANGES, node_group_count_problems(known_count(resource.get(_RANGES))))
        yield from _nodes(resource)
        types = [*_instance_types(resource)]
        yield from at(resource, _RANGES, node_instance_type_problems(types))


def _platforms(definition: Definition) -> Iterator[Violation]:
    platforms = definition.platforms
    if platforms and "EC2" not in platforms:
        problems = multi_node_platform_problems(", ".join(sorted(platforms)))
        yield from at(definition.resource, "PlatformCapabilities", problems)


def _nodes(resource: Resource) -> Iterator[Violation]:
    nodes = number(resource.get("NodeProperties.NumNodes"))
    if nodes is None:
        return
    problems = node_count_problems(nodes)
    yield from at(resource, "NodeProperties.NumNodes", problems)
    if problems:
        return
    main = number(resource.get("NodeProperties.MainNode"))
    if main is not None:
        yield from at(resource, "NodeProperties.MainNode", main_node_problems(main, nodes))
    written = [text(each.get("TargetNodes")) for _, each in node_ranges(resource)]
    ranges = [each for each in written if each is not None and is_node_range(each)]
    if ranges and len(ranges) == len(written) and all_known(resource.get(_RANGES)):
        yield from at(resource, _RANGES, node_coverage_problems(ranges, nodes))


def _instance_types(resource: Resource) -> Iterator[str]:
    for _, node in node_ranges(resource):
        for value in (fields(node.get("Container")).get("InstanceType"), *items(node.get("InstanceTypes"))):
            name = text(value)
            if name:
                yield name


RULE: Final = Rule(
    id="BW320",
    severity=Severity.ERROR,
    title="The nodes of a multi-node job are all described, and on one instance type",
    what="`NodeProperties` has ranges that cover all nodes, five at most, a main node that is one of the nodes, and "
    "one instance type for all; the job is not for Fargate nor Managed Instances. The number of nodes is not limited "
    "here, as AWS raises that quota. Silent on what is open.",
    why="AWS refuses the job definition when the stack is deployed, or the job when it is submitted.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/mnp-node-groups.html",
    check=_check,
)
