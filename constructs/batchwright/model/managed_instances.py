"""Environments on Amazon ECS Managed Instances."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from batchwright.model.instances import instance_type
from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


class CapacityOption(StrEnum):
    """How ECS buys managed instances; it cannot be changed later."""

    ON_DEMAND = "ON_DEMAND"
    """On-Demand instances, AWS's own default."""
    SPOT = "SPOT"
    """Spot instances: cheaper, and taken back with two minutes' notice."""
    RESERVED = "RESERVED"
    """Capacity reservations; which ones, `Reservations` says."""


class ReservationPreference(StrEnum):
    """How managed instances use capacity reservations."""

    ONLY = "RESERVATIONS_ONLY"
    """Only reserved capacity: jobs wait when it is used up."""
    FIRST = "RESERVATIONS_FIRST"
    """Reserved capacity first, On-Demand behind it."""
    EXCLUDED = "RESERVATIONS_EXCLUDED"
    """No reserved capacity."""


KIND: Final = "ECS_MANAGED_INSTANCES"
_CLASSES: Final = frozenset({"optimal", "default_x86_64", "default_arm64"})
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_InfrastructureOptimization.html
_MAX_IDLE_SECONDS: Final = 3_600
# Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedInstancesStorageConfiguration.html
_MIN_STORAGE_GIB: Final = 1
NEVER: Final = -1
"""The idle time of instances that never end for being idle."""


def way_out_problems(*, internet: bool | None) -> Sequence[Problem]:
    """Find subnets without a way to the internet, where VPC endpoints do not do; None is open.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ManagedInstancesNetworkConfiguration.html
    """
    if internet is not False:
        return []
    allowed = "subnets with a NAT gateway or public addresses, which Managed Instances need"
    fix = "Use a Network with Egress.NAT, or ec2.SubnetType.PRIVATE_WITH_EGRESS for another way out."
    return [Problem("subnets", "no way to the internet", allowed, fix)]


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
    if seconds == NEVER or (is_whole(seconds) and 0 <= seconds <= _MAX_IDLE_SECONDS):
        return []
    allowed = f"0 to {_MAX_IDLE_SECONDS} s, or {NEVER} to keep idle instances"
    fix = f"Use {_MAX_IDLE_SECONDS if seconds > 0 else 0}."
    return [Problem("scale_in_after", tidy(seconds), allowed, fix)]


def type_class_problems(types: Sequence[str], *, field: str = "instances") -> Sequence[Problem]:
    """Find classes of Batch's own, which ECS does not know, among the allowed instance types.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/ecs-managed-instances-compute-environments.html
    """
    allowed = "instance types and families: ECS does not know Batch's classes"
    fix = "Name families, as in Instances.of('c7g', 'm7g'), or leave it out for every type that a job's image runs on."
    return [Problem(field, name, allowed, fix) for name in types if name in _CLASSES]


def storage_problems(gib: float) -> Sequence[Problem]:
    """Find a disk that is no whole number of GiB from 1."""
    if is_whole(gib) and gib >= _MIN_STORAGE_GIB:
        return []
    return [Problem("storage", f"{tidy(gib)} GiB", f"whole GiB from {_MIN_STORAGE_GIB}", "Use Size.gibibytes(80).")]


def reservation_problems(
    option: CapacityOption, *, group: str | None, preference: ReservationPreference | None
) -> Sequence[Problem]:
    """Find reservations on Spot, and reserved capacity without a word on which.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_InstanceLaunchTemplate.html
    (capacityReservations)
    """
    given = group is not None or preference is not None
    if option is CapacityOption.RESERVED and not given:
        allowed = "reservations, which CapacityOption.RESERVED launches into"
        return [Problem("reservations", None, allowed, "Use Reservations(preference=ReservationPreference.FIRST).")]
    if given and option is CapacityOption.SPOT:
        fix = "Use CapacityOption.RESERVED, or leave it out."
        return [Problem("reservations", "set", "nothing with CapacityOption.SPOT, which reservations are not for", fix)]
    if group is not None and preference is ReservationPreference.EXCLUDED:
        fix = "Use ReservationPreference.FIRST, or leave the group out."
        return [Problem("reservations.preference", preference.value, "a preference that uses the group", fix)]
    return []
