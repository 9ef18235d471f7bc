"""What runs on each node of a multi-node parallel job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.local.engine.api.rules import check_needs, refuse
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.tasks.merging import build_task, check_override_kind
from batchwright.model.multi_node import is_node_range, main_node_problems, node_count_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.local.engine.tasks.container import Platform
    from batchwright.local.engine.tasks.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The nodes of a job.

    Attributes:
        main_index: Index of the node whose end is the job's.
        tasks: What runs on each node; nodes of one range share theirs.
        needs: The consumable resources of each node as the API has them.
        raw: `nodeProperties` as DescribeJobs shows them.
    """

    main_index: int
    tasks: tuple[Task, ...]
    needs: tuple[Sequence[Mapping[str, Any]], ...]
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NodeRange:
    """A range of nodes, both ends in it; `last` is None for all that follow."""

    first: int
    last: int | None

    @classmethod
    def parse(cls, text: str) -> NodeRange:
        """Read `0:3`, `:3`, `4:` or `:`, or raise BatchError."""
        if not is_node_range(text):
            raise BatchError(f"targetNodes {text!r} is not a range of nodes, such as 0:3, 4: or :.")
        first, _, last = text.partition(":")
        return cls(int(first or 0), int(last) if last else None)

    def covers(self, index: int) -> bool:
        """Say whether a node is in the range."""
        return self.first <= index and (self.last is None or index <= self.last)

    def ends(self, count: int) -> tuple[int, int]:
        """Return the first and the last node of a job of so many."""
        return self.first, count - 1 if self.last is None else self.last


def build_nodes(
    properties: Mapping[str, Any],
    request: Mapping[str, Any],
    parameters: Mapping[str, str],
    *,
    definition: str,
    platform: Platform,
) -> Nodes:
    """Return the nodes of a job.

    Where ranges are nested the inner one counts. The nodes of a range take the overrides of that range, later ones on
    top.

    Raises:
        BatchError: The overrides are not those of a multi-node job or of no range of the definition, the number of
            nodes does not fit the ranges, or what `build_task` raises.
    """
    check_override_kind(request, "nodeOverrides")
    overrides = request.get("nodeOverrides") or {}
    entries = properties["nodeRangeProperties"]
    ranges = [NodeRange.parse(entry["targetNodes"]) for entry in entries]
    count = overrides.get("numNodes", properties["numNodes"])
    if "numNodes" in overrides:
        _check_count(count, properties["mainNode"], ranges)
    changes = _by_range(overrides.get("nodePropertyOverrides", ()), ranges, count)
    tasks = [
        build_task(group_properties(entry), change, parameters, definition=definition, platform=platform)
        for entry, change in zip(entries, changes, strict=True)
    ]
    needs = [_needs(entry, change) for entry, change in zip(entries, changes, strict=True)]
    positions = [_innermost(ranges, index, count) for index in range(count)]
    return Nodes(
        main_index=properties["mainNode"],
        tasks=tuple(tasks[position] for position in positions),
        needs=tuple(needs[position] for position in positions),
        raw={**properties, "numNodes": count},
    )


def group_properties(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a node range's properties under the names that a job definition has for them."""
    members = {"container": "containerProperties", "ecsProperties": "ecsProperties", "eksProperties": "eksProperties"}
    return {name: entry[member] for member, name in members.items() if entry.get(member)}


def _check_count(count: int, main_node: int, ranges: Sequence[NodeRange]) -> None:
    """Judge an overridden number of nodes.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_NodeOverrides.html
    """
    where = "nodeOverrides"
    refuse(where, node_count_problems(count))
    refuse(where, main_node_problems(main_node, count))
    if all(each.last is not None for each in ranges):
        raise BatchError("nodeOverrides: numNodes needs a node range with an open end in the definition, such as 1:.")
    for each in ranges:
        if each.first >= count:
            raise BatchError(
                f"nodeOverrides: numNodes is {count}, but a range of the definition begins at {each.first}."
            )


def _innermost(ranges: Sequence[NodeRange], index: int, count: int) -> int:
    def width(position: int) -> int:
        first, last = ranges[position].ends(count)
        return last - first

    covering = [position for position, each in enumerate(ranges) if each.covers(index)]
    if not covering:
        raise BatchError(f"nodeOverrides: node {index} is in no node range of the job definition.")
    return min(covering, key=width)


def _by_range(overrides: Sequence[Mapping[str, Any]], ranges: Sequence[NodeRange], count: int) -> list[dict[str, Any]]:
    """Return the override of each range of the definition.

    Source of the words: https://github.com/aws/aws-parallelcluster/pull/964
    """
    positions = {each.ends(count): position for position, each in enumerate(ranges)}
    found: list[dict[str, Any]] = [{} for _ in ranges]
    others = []
    for override in overrides:
        position = positions.get(NodeRange.parse(override["targetNodes"]).ends(count))
        if position is None:
            others.append(override["targetNodes"])
        else:
            found[position].update(override)
    if others:
        raise BatchError(
            f"NodeOverride targets should match job definition. Non matching targets - {', '.join(others)}"
        )
    return found


def _needs(entry: Mapping[str, Any], override: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    consumed = override.get("consumableResourcePropertiesOverride") or entry.get("consumableResourceProperties")
    check_needs(consumed)
    needs: Sequence[Mapping[str, Any]] = (consumed or {}).get("consumableResourceList", ())
    return needs
