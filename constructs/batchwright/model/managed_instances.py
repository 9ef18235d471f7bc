"""Environments on Amazon ECS Managed Instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

KIND: Final = "ECS_MANAGED_INSTANCES"
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_InfrastructureOptimization.html
_MAX_IDLE_SECONDS: Final = 3_600
_NEVER: Final = -1


def provider_problems(*, kind: str, provider: bool | None, tags: bool | None) -> Sequence[Problem]:
    """Find a provider of managed instances where there must be none, or none where there must be one.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html (managedInstancesProvider,
    capacityTags)

    Args:
        kind: The environment's resource type.
        provider: Whether it has `ManagedInstancesProvider`; None when open.
        tags: Whether it has `CapacityTags`; None when open.
    """
    if kind == KIND:
        if provider is not False:
            return []
        fix = "Add ManagedInstancesProvider with its role and launch template."
        return [Problem("managed_instances_provider", None, f"a provider, which type {KIND} needs", fix)]
    found = []
    if provider:
        fix = f"Leave it out, or make the environment of type {KIND}."
        found.append(Problem("managed_instances_provider", "set", f"nothing with type {kind}", fix))
    if tags:
        fix = "Use ComputeResources.Tags for tags of instances."
        found.append(Problem("capacity_tags", "set", f"nothing with type {kind}", fix))
    return found


def scale_in_problems(seconds: float) -> Sequence[Problem]:
    """Find an idle time before an instance ends that is outside its range."""
    if seconds == _NEVER or 0 <= seconds <= _MAX_IDLE_SECONDS:
        return []
    allowed = f"0 to {_MAX_IDLE_SECONDS} s, or {_NEVER} to keep idle instances"
    fix = f"Use {_MAX_IDLE_SECONDS if seconds > 0 else 0}."
    return [Problem("scale_in_after", tidy(seconds), allowed, fix)]
