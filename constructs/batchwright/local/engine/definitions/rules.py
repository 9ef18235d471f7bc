"""What RegisterJobDefinition refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.rules import check_needs, only_one, refuse
from batchwright.local.engine.definitions.pod_rules import check_pod
from batchwright.local.engine.definitions.retries import RetryStrategy
from batchwright.local.engine.definitions.task_rules import check_container_properties, check_ecs_properties
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.tasks.node_tasks import NodeRange, group_properties
from batchwright.model.definition_size import definition_size_problems
from batchwright.model.multi_node import (
    main_node_problems,
    multi_node_platform_problems,
    node_count_problems,
    node_coverage_problems,
    node_group_count_problems,
    node_instance_type_problems,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.limits import EngineLimits
    from batchwright.local.engine.tasks.container import Platform

_MAX_PRIORITY: Final = 9_999
_SHAPES: Final = ("containerProperties", "ecsProperties", "eksProperties")
_NOT_ON_EKS: Final = ("platformCapabilities", "propagateTags")


def check_definition(request: Mapping[str, Any], limits: EngineLimits) -> None:
    """Raise BatchError when AWS would refuse the definition."""
    refuse("RegisterJobDefinition", definition_size_problems(len(json.dumps(request))))
    platform = platform_of(request)
    RetryStrategy.parse(request.get("retryStrategy"), max_attempts=limits.max_attempts)
    check_timeout(request.get("timeout"), limits)
    check_priority("schedulingPriority", request.get("schedulingPriority"))
    check_needs(request.get("consumableResourceProperties"))
    if str(request["type"]).lower() == "multinode":
        _check_nodes(request, platform)
        return
    if request.get("nodeProperties"):
        raise BatchError("nodeProperties must not be provided for a job definition of type container.")
    if not any(request.get(member) for member in _SHAPES):
        raise BatchError("Container properties should not be empty: containerProperties must be provided.")
    only_one(request, _SHAPES, "A job definition of type container")
    _check_shape(request, platform)
    if platform == "EKS":
        for member in _NOT_ON_EKS:
            if request.get(member):
                raise BatchError(f"{member} is not applicable to jobs that run on Amazon EKS resources.")


def platform_of(request: Mapping[str, Any]) -> Platform:
    """Return the platform that a definition is for; EC2 unless it says otherwise."""
    named: list[Platform] = [str(name).upper() for name in request.get("platformCapabilities", ())]  # type: ignore[misc]
    if len(named) > 1:
        raise BatchError("platformCapabilities must name one platform: EC2, FARGATE or MANAGED_INSTANCES.")
    ranges = request.get("nodeProperties", {}).get("nodeRangeProperties", ())
    if request.get("eksProperties") or any(entry.get("eksProperties") for entry in ranges):
        return "EKS"
    return named[0] if named else "EC2"


def check_timeout(timeout: Mapping[str, Any] | None, limits: EngineLimits) -> None:
    """Raise BatchError for an `attemptDurationSeconds` that is too short."""
    seconds = (timeout or {}).get("attemptDurationSeconds")
    if seconds is not None and seconds < limits.min_timeout_seconds:
        raise BatchError(
            f"timeout.attemptDurationSeconds must be at least {limits.min_timeout_seconds} seconds, but is {seconds}."
        )


def check_priority(field: str, priority: int | None) -> None:
    """Raise BatchError for a scheduling priority outside 0 to 9999."""
    if priority is not None and not 0 <= priority <= _MAX_PRIORITY:
        raise BatchError(f"{field} must be between 0 and {_MAX_PRIORITY}, but is {priority}.")


def _check_shape(properties: Mapping[str, Any], platform: Platform) -> None:
    if properties.get("containerProperties"):
        check_container_properties(properties["containerProperties"], platform=platform)
    elif properties.get("ecsProperties"):
        check_ecs_properties(properties["ecsProperties"], platform=platform)
    else:
        check_pod(properties["eksProperties"])


def _check_nodes(request: Mapping[str, Any], platform: Platform) -> None:
    where = "nodeProperties"
    nodes = request.get("nodeProperties")
    if not nodes:
        raise BatchError("Node properties should not be empty: nodeProperties must be provided for type multinode.")
    if others := [member for member in _SHAPES if request.get(member)]:
        raise BatchError(f"{others[0]} must not be provided for a job definition of type multinode.")
    if platform not in ("EC2", "EKS"):
        refuse(where, multi_node_platform_problems(platform))
    ranges = nodes["nodeRangeProperties"]
    refuse(where, node_count_problems(nodes["numNodes"]))
    refuse(where, main_node_problems(nodes["mainNode"], nodes["numNodes"]))
    refuse(where, node_group_count_problems(len(ranges)))
    for entry in ranges:
        NodeRange.parse(entry["targetNodes"])
        group = group_properties(entry)
        only_one(group, _SHAPES, f"Node range {entry['targetNodes']}")
        if platform == "EKS" and "eksProperties" not in group:
            raise BatchError("nodeProperties: either every node range has eksProperties, or none.")
        _check_shape(group, platform)
        check_needs(entry.get("consumableResourceProperties"))
    refuse(where, node_coverage_problems([entry["targetNodes"] for entry in ranges], nodes["numNodes"]))
    types = [t for entry in ranges for t in _instance_types(entry)]
    refuse(where, node_instance_type_problems(types))


def _instance_types(entry: Mapping[str, Any]) -> list[str]:
    own = entry.get("container", {}).get("instanceType")
    return [*entry.get("instanceTypes", ()), *([own] if own else [])]
