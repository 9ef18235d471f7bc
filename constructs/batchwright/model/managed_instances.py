"""Environments on Amazon ECS Managed Instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.instances import instance_type
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


def instance_choice_problems(
    types: Sequence[str],
    *,
    vcpus: tuple[float | None, float | None],
    memory_mib: tuple[float | None, float | None],
) -> Sequence[Problem]:
    """Find allowed instance types none of which has the vCPUs and the memory that the same requirements ask for.

    Args:
        types: `AllowedInstanceTypes`; patterns with `*` are not judged.
        vcpus: Least and most vCPUs; None for no limit, or an open one.
        memory_mib: Least and most memory in MiB, likewise.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_InstanceRequirementsRequest.html
    """
    found = [instance_type(name) for name in types]
    if not found or any(
        each is None or (_within(each.vcpus, vcpus) and _within(each.memory_mib, memory_mib)) for each in found
    ):
        return []
    allowed = "types of which one has as many vCPUs and as much memory as VCpuCount and MemoryMiB ask for"
    fix = "Allow another type, or widen the two ranges."
    return [Problem("allowed_instance_types", ", ".join(types), allowed, fix)]


def _within(amount: int, limits: tuple[float | None, float | None]) -> bool:
    least, most = limits
    return (least is None or amount >= least) and (most is None or amount <= most)


def scale_in_problems(seconds: float) -> Sequence[Problem]:
    """Find an idle time before an instance ends that is outside its range."""
    if seconds == _NEVER or 0 <= seconds <= _MAX_IDLE_SECONDS:
        return []
    allowed = f"0 to {_MAX_IDLE_SECONDS} s, or {_NEVER} to keep idle instances"
    fix = f"Use {_MAX_IDLE_SECONDS if seconds > 0 else 0}."
    return [Problem("scale_in_after", tidy(seconds), allowed, fix)]
