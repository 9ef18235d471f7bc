"""How much of its hosts a job takes from an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.accelerators import has_gpus
from batchwright.model.instances import memory_ceiling_mib, usable_memory_mib

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchwright.local.engine.tasks.sizes import Size
    from batchwright.model.instances import InstanceType


def vcpus_taken(size: Size, types: Iterable[InstanceType]) -> int:
    """Return the thousandths of a vCPU that go to a job: its own, or more when it needs more of something else.

    A host has room for so many jobs of a kind, and each takes its part of the vCPUs: with one of the four GPUs of a
    host with 48 vCPUs 12 of them, however few it asks for; likewise when no more than four have room in its memory. Of
    several instance types the one counts where a job takes the least, as AWS Batch looks for the type that fits best.
    Memory is what hosts have left for jobs for sure.
    """
    return min((taken for each in types if (taken := _taken_of(size, each)) is not None), default=size.milli_vcpus)


def _taken_of(size: Size, host: InstanceType) -> int | None:
    """Return the same for one instance type; None when it cannot hold the job."""
    whole = host.vcpus * 1000
    gpus = host.gpus if has_gpus(host.name) else 0
    if size.milli_vcpus > whole or size.memory_mib > memory_ceiling_mib(host.memory_mib) or size.gpus > gpus:
        return None
    together = max(1, usable_memory_mib(host.memory_mib) // size.memory_mib) if size.memory_mib else whole
    if size.gpus:
        together = min(together, gpus // size.gpus)
    return max(size.milli_vcpus, whole // together)
