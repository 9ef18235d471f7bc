"""Fargate's table of vCPU and memory sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

_GIB: Final = 1024

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
FARGATE_MEMORY_MIB: Final[dict[float, tuple[int, ...]]] = {
    0.25: (512, 1 * _GIB, 2 * _GIB),
    0.5: tuple(n * _GIB for n in range(1, 5)),
    1: tuple(n * _GIB for n in range(2, 9)),
    2: tuple(n * _GIB for n in range(4, 17)),
    4: tuple(n * _GIB for n in range(8, 31)),
    8: tuple(n * _GIB for n in range(16, 61, 4)),
    16: tuple(n * _GIB for n in range(32, 121, 8)),
    32: (60 * _GIB, 120 * _GIB, 244 * _GIB),
}


def fargate_size_problems(*, vcpus: float | None, memory_mib: float | None) -> Sequence[Problem]:
    """Find what is wrong with a Fargate job's size; sizes known only at deployment (None) are not judged."""
    if vcpus is None:
        return []
    memories = FARGATE_MEMORY_MIB.get(vcpus)
    if memories is None:
        sizes = ", ".join(f"{size:g}" for size in FARGATE_MEMORY_MIB)
        return [Problem("vcpus", tidy(vcpus), f"{sizes} on Fargate", f"Use vcpus={_next_size(vcpus):g}.")]
    if memory_mib is None or memory_mib in memories:
        return []
    nearest = next((memory for memory in memories if memory >= memory_mib), memories[-1])
    allowed = f"{', '.join(map(str, memories))} MiB with {vcpus:g} vCPU on Fargate"
    fix = f"Use memory=Size.mebibytes({nearest})."
    if memory_mib > memories[-1]:
        fix = f"{fix} For more memory, take more vCPUs."
    return [Problem("memory", f"{tidy(memory_mib)} MiB", allowed, fix)]


def fargate_total_problems(*, vcpus: float, memory_mib: float) -> Sequence[Problem]:
    """Find containers that together ask for more than Fargate's largest size.

    Whether the sum of several containers must be a pair of the table AWS does not say: its own example
    (https://docs.aws.amazon.com/batch/latest/userguide/multi-container-jobs-scenarios.html) has one of 6 vCPUs.
    """
    most_vcpus, most_memory = max(FARGATE_MEMORY_MIB), FARGATE_MEMORY_MIB[max(FARGATE_MEMORY_MIB)][-1]
    found = []
    if vcpus > most_vcpus:
        allowed = f"up to {most_vcpus} for all containers together on Fargate"
        found.append(Problem("vcpus", tidy(vcpus), allowed, "Give some containers less, or run the job on EC2."))
    if memory_mib > most_memory:
        allowed = f"up to {most_memory} MiB for all containers together on Fargate"
        fix = "Give some containers less, or run the job on EC2."
        found.append(Problem("memory", f"{tidy(memory_mib)} MiB", allowed, fix))
    return found


def _next_size(vcpus: float) -> float:
    return next((size for size in FARGATE_MEMORY_MIB if size >= vcpus), max(FARGATE_MEMORY_MIB))
