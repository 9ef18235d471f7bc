"""Job queues, with their environments and scheduling policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.checks.system.parts import Queue
from batchwright.checks.templates import ABSENT, Unknown, fields, is_open, items, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.checks.system.index import Index
    from batchwright.checks.system.parts import Environment
    from batchwright.checks.templates import Absent, Resource, Value


def queue_of(resource: Resource, *, index: Index, environments: Mapping[Resource, Environment]) -> Queue:
    """Read a job queue."""
    order = resource.get("ComputeEnvironmentOrder")
    entries = sorted(items(order), key=_position)
    kind = "AWS::Batch::ComputeEnvironment"
    found = [index.find(fields(each).get("ComputeEnvironment", ABSENT), kind, resource) for each in entries]
    known = tuple(environments[each] for each in found if each is not None)
    policy = resource.get("SchedulingPolicyArn")
    return Queue(
        resource=resource,
        environments=known,
        complete=bool(entries) and len(known) == len(entries) and not resource.has("ServiceEnvironmentOrder"),
        policy=index.find(policy, "AWS::Batch::SchedulingPolicy", resource),
        fair_share=_is_set(policy),
    )


def _position(entry: Value) -> float:
    position = number(fields(entry).get("Order"))
    return float("inf") if position is None else position


def _is_set(value: Value | Absent) -> bool | None:
    if value is ABSENT or value == "":
        return False
    return None if isinstance(value, Unknown) else isinstance(value, str) or is_open(value)
