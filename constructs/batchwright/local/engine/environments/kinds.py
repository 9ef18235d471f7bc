"""What a compute environment's record says of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.engine.environments.rules import MANAGED_INSTANCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.tasks.container import Platform


def platform_of(record: Mapping[str, Any], kind: str) -> Platform:
    """Return the platform of an environment with compute resources of this type."""
    if "eksConfiguration" in record:
        return "EKS"
    if kind.startswith("FARGATE"):
        return "FARGATE"
    return "MANAGED_INSTANCES" if kind == MANAGED_INSTANCES else "EC2"


def buys_spot(resources: Mapping[str, Any]) -> bool:
    """Say whether AWS may take the hosts of these compute resources back."""
    template = resources.get("managedInstancesProvider", {}).get("instanceLaunchTemplate", {})
    options = resources.get("type"), template.get("capacityOptionType")
    return any(str(option).upper() in ("SPOT", "FARGATE_SPOT") for option in options)
