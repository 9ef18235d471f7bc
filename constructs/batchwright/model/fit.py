"""Whether the environments of a queue can hold a job. `None` is what is known only at deployment: not judged."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from batchwright.model.accelerators import has_gpus
from batchwright.model.instances import expand, largest, memory_ceiling_mib, usable_memory_mib
from batchwright.model.numbers import tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchwright.model.architecture import Architecture
    from batchwright.model.capacity import Capacity
    from batchwright.model.instances import InstanceType, Size

_WAITS = "the job would wait for ever"


def vcpu_fit_problems(vcpus: float | None, capacities: Sequence[Capacity | None]) -> Sequence[Problem]:
    """Find vCPUs that no environment of the queue has: beyond its `max_vcpus`, or beyond its largest instance type.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
    """
    if vcpus is None or not _none_can(capacities, lambda each: has_vcpus(vcpus, each)):
        return []
    limits = [each.max_vcpus for each in capacities if each and each.max_vcpus is not None]
    if len(limits) == len(capacities) and vcpus > max(limits):
        allowed = f"up to the queue's largest max_vcpus ({max(limits)})"
        return [Problem("vcpus", tidy(vcpus), allowed, f"Raise max_vcpus of an environment; {_WAITS}.")]
    most = max(filter(None, (_most_vcpus(each) for each in capacities)), default=0)
    allowed = f"up to {most}, what the queue's largest instance has within its environment's max_vcpus"
    return [Problem("vcpus", tidy(vcpus), allowed, f"Ask for less, or add a larger instance type; {_WAITS}.")]


def memory_fit_problems(memory_mib: float | None, capacities: Sequence[Capacity | None]) -> Sequence[Problem]:
    """Find memory that no instance type of the queue can have left for a job, whatever its system keeps for itself.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/memory-management.html
    """
    if memory_mib is None or not _none_can(capacities, lambda each: has_memory(memory_mib, each)):
        return []
    most = _most_memory(capacities)
    sure = usable_memory_mib(most)
    allowed = f"up to {sure} MiB on the queue's largest instance, which has {most} MiB in all"
    return [
        Problem("memory", f"{tidy(memory_mib)} MiB", allowed, f"Use {sure} MiB, or a larger instance type; {_WAITS}.")
    ]


def memory_margin_problems(memory_mib: float | None, capacities: Sequence[Capacity | None]) -> Sequence[Problem]:
    """Find memory that the largest instance may not have left: within the 5 % that AWS advises to keep free.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/ecs-reserved-memory.html
    """
    if memory_mib is None or not _none_can(capacities, lambda each: _has_memory(memory_mib, each, usable_memory_mib)):
        return []
    if memory_fit_problems(memory_mib, capacities):
        return []
    most = _most_memory(capacities)
    sure = usable_memory_mib(most)
    allowed = f"up to {sure} MiB for sure: the queue's largest instance has {most} MiB, and keeps some for its system"
    return [Problem("memory", f"{tidy(memory_mib)} MiB", allowed, f"Use {sure} MiB, or a larger instance type.")]


def gpu_fit_problems(gpus: float | None, capacities: Sequence[Capacity | None]) -> Sequence[Problem]:
    """Find GPUs on a queue without any, or more than its largest instance type has."""
    if not gpus or not _none_can(capacities, lambda each: has_gpu_count(gpus, each)):
        return []
    most = max((_most_gpus(each) for each in capacities if each), default=0)
    if most:
        fix = f"Ask for less, or add a type with more GPUs; {_WAITS}."
        return [Problem("gpus", tidy(gpus), f"up to {most}, what the queue's largest instance has", fix)]
    allowed = f"0 on a queue without NVIDIA GPUs; {_WAITS}"
    return [
        Problem("gpus", tidy(gpus), allowed, "Use a queue over an environment of, for example, Instances.of('g6').")
    ]


def architecture_fit_problems(
    architecture: Architecture | None, capacities: Sequence[Capacity | None]
) -> Sequence[Problem]:
    """Find an image of another CPU architecture than the hosts' of every environment."""
    if architecture is None or not _none_can(capacities, lambda each: has_architecture(architecture, each)):
        return []
    theirs = " and ".join(sorted({each.architecture.value for each in capacities if each and each.architecture}))
    fix = "Build the image for that architecture, or use a queue of the other."
    return [Problem("image", f"an image for {architecture}", f"images for {theirs}, which the queue's hosts have", fix)]


def together_fit_problems(
    *, vcpus: float | None, memory_mib: float | None, gpus: float | None, capacities: Sequence[Capacity | None]
) -> Sequence[Problem]:
    """Find a job whose parts each fit somewhere, but no single instance type of the queue has all of them."""
    if not _none_can(capacities, lambda each: _has_all(vcpus, memory_mib, gpus, each)):
        return []
    alone = (
        vcpu_fit_problems(vcpus, capacities),
        memory_fit_problems(memory_mib, capacities),
        gpu_fit_problems(gpus, capacities),
    )
    if any(alone):
        return []
    parts = [(vcpus, "vCPUs"), (memory_mib, "MiB"), (gpus, "GPUs")]
    asked = ", ".join(f"{tidy(amount)} {unit}" for amount, unit in parts if amount)
    fix = f"Add an instance type that has all of it; {_WAITS}."
    return [Problem("vcpus, memory and gpus", asked, "what one instance type of the queue has", fix)]


def has_vcpus(vcpus: float, capacity: Capacity) -> bool | None:
    """Whether an environment can give a job so many vCPUs; None when open."""
    most = _most_vcpus(capacity)
    if most is not None and vcpus > most:
        return False
    return None if most is None or capacity.max_vcpus is None else True


def has_memory(memory_mib: float, capacity: Capacity) -> bool | None:
    """Whether an environment has a type with so much memory; None when open, or on Fargate with its table of sizes."""
    return _has_memory(memory_mib, capacity, memory_ceiling_mib)


def has_gpu_count(gpus: float, capacity: Capacity) -> bool | None:
    """Whether an environment has a type with so many NVIDIA GPUs that Batch has an image for; None when open."""
    if not capacity.instance_types:
        return None
    names = _with_gpus(capacity.instance_types)
    if not names:
        return False
    size = _largest(names)
    return None if size is None else gpus <= size.gpus


def has_architecture(architecture: Architecture, capacity: Capacity) -> bool | None:
    """Whether an environment's hosts run images of an architecture; None when open, or on Fargate."""
    return None if capacity.architecture is None else capacity.architecture is architecture


def _has_memory(memory_mib: float, capacity: Capacity, left: Callable[[int], int]) -> bool | None:
    size = _largest(capacity.instance_types)
    return None if size is None else memory_mib <= left(size.memory_mib)


def _has_all(vcpus: float | None, memory_mib: float | None, gpus: float | None, capacity: Capacity) -> bool | None:
    types = _types(capacity.instance_types)
    if not types:
        return None
    return any(
        (vcpus or 0) <= each.vcpus
        and (memory_mib or 0) <= memory_ceiling_mib(each.memory_mib)
        and (not gpus or (gpus <= each.gpus and has_gpus(each.name)))
        for each in types
    )


def _most_vcpus(capacity: Capacity | None) -> int | None:
    if capacity is None:
        return None
    size = _largest(capacity.instance_types)
    known = [amount for amount in (capacity.max_vcpus, size.vcpus if size else None) if amount is not None]
    return min(known, default=None)


def _most_memory(capacities: Sequence[Capacity | None]) -> int:
    sizes = [_largest(each.instance_types) for each in capacities if each]
    return max((size.memory_mib for size in sizes if size), default=0)


def _most_gpus(capacity: Capacity) -> int:
    size = _largest(_with_gpus(capacity.instance_types))
    return size.gpus if size else 0


def _none_can(capacities: Sequence[Capacity | None], verdict: Callable[[Capacity], bool | None]) -> bool:
    """Whether there are environments, and each is known to be unable."""
    return bool(capacities) and all(each is not None and verdict(each) is False for each in capacities)


# Every job of a queue asks for the same few lists.
@lru_cache(maxsize=256)
def _types(names: tuple[str, ...]) -> tuple[InstanceType, ...] | None:
    return expand(names)


@lru_cache(maxsize=256)
def _largest(names: tuple[str, ...]) -> Size | None:
    return largest(names)


@lru_cache(maxsize=256)
def _with_gpus(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(has_gpus, names))
