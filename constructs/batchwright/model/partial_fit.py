"""Environments of a queue that a job can never use, beside others that it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.fit import has_architecture, has_gpu_count, has_memory, has_vcpus
from batchwright.model.numbers import tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model.architecture import Architecture
    from batchwright.model.capacity import Capacity


def partial_fit_problems(
    *,
    vcpus: float | None = None,
    memory_mib: float | None = None,
    gpus: float | None = None,
    architecture: Architecture | None = None,
    capacities: Sequence[Capacity | None],
) -> Sequence[Problem]:
    """Find environments that lack something the job needs while another one has, or may have, all of it."""
    lacking = [
        (number, _lack(vcpus, memory_mib, gpus, architecture, each)) for number, each in enumerate(capacities, 1)
    ]
    missing = [(number, what) for number, what in lacking if what]
    if not missing or len(missing) == len(capacities):
        return []
    value = "; ".join(f"environment {number} never has {what}" for number, what in missing)
    fix = "Give the environment such instances or limits, or leave it as it is: the job takes the others."
    return [Problem("environments", value, "environments that can each hold the job", fix)]


def _lack(
    vcpus: float | None,
    memory_mib: float | None,
    gpus: float | None,
    architecture: Architecture | None,
    capacity: Capacity | None,
) -> str:
    if capacity is None:
        return ""
    verdicts = (
        (vcpus and has_vcpus(vcpus, capacity), f"{_amount(vcpus)} vCPUs"),
        (memory_mib and has_memory(memory_mib, capacity), f"{_amount(memory_mib)} MiB of memory"),
        (gpus and has_gpu_count(gpus, capacity), f"{_amount(gpus)} GPUs"),
        (architecture and has_architecture(architecture, capacity), f"hosts for {architecture} images"),
    )
    return ", ".join(what for verdict, what in verdicts if verdict is False)


def _amount(value: float | None) -> float:
    return tidy(value or 0)
