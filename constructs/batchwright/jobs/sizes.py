"""Checks of a job's size against its platform."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from batchwright.model import PlatformCapability, Problem, has_gpus
from batchwright.model.fargate import fargate_size_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Capacity, Requirements

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
_MIN_MEMORY_MIB: Final = 4


def size_problems(requirements: Requirements, capacities: Sequence[Capacity]) -> Sequence[Problem]:
    """Find what no environment of the queue can give, or the platform refuses."""
    if requirements.platform is PlatformCapability.FARGATE:
        found = [
            *fargate_size_problems(vcpus=requirements.vcpus, memory_mib=requirements.memory_mib),
            *_no_gpus_on_fargate(requirements),
        ]
    else:
        found = [*_ec2_problems(requirements), *_gpu_problems(requirements, capacities)]
    return [*found, *_beyond_the_queue(requirements, capacities)]


def _beyond_the_queue(requirements: Requirements, capacities: Sequence[Capacity]) -> Sequence[Problem]:
    largest = [capacity.max_vcpus for capacity in capacities if capacity.max_vcpus is not None]
    if requirements.vcpus is None or not largest or len(largest) < len(capacities):
        return []
    if requirements.vcpus <= max(largest):
        return []
    return [
        Problem(
            "vcpus",
            requirements.vcpus,
            f"up to the queue's largest max_vcpus ({max(largest)})",
            "Raise max_vcpus of an environment; the job would wait for ever.",
        )
    ]


def _no_gpus_on_fargate(requirements: Requirements) -> Sequence[Problem]:
    if not requirements.gpus:
        return []
    return [Problem("gpus", requirements.gpus, "0 on Fargate", "Use a queue over EC2 environments with GPU instances.")]


def _ec2_problems(requirements: Requirements) -> Sequence[Problem]:
    found = []
    vcpus, memory = requirements.vcpus, requirements.memory_mib
    if vcpus is not None and not (vcpus >= 1 and math.isfinite(vcpus) and vcpus == int(vcpus)):
        whole = max(1, math.ceil(vcpus)) if math.isfinite(vcpus) else 1
        found.append(Problem("vcpus", vcpus, "whole vCPUs from 1 on EC2", f"Use vcpus={whole}."))
    if memory is not None and memory < _MIN_MEMORY_MIB:
        found.append(
            Problem("memory", f"{memory} MiB", f"{_MIN_MEMORY_MIB} MiB or more", "Docker starts nothing in less.")
        )
    return found


def _gpu_problems(requirements: Requirements, capacities: Sequence[Capacity]) -> Sequence[Problem]:
    gpus = requirements.gpus
    if gpus is None or gpus == 0:
        return []
    if not (gpus >= 0 and math.isfinite(gpus) and gpus == int(gpus)):
        return [Problem("gpus", gpus, "whole GPUs, 0 or more", "Leave it out for a job without GPUs.")]
    # A queue or an environment that does not say what it offers is not ours to judge.
    if not capacities or any(
        not capacity.instance_types or any(map(has_gpus, capacity.instance_types)) for capacity in capacities
    ):
        return []
    return [
        Problem(
            "gpus",
            gpus,
            "0 on a queue without NVIDIA GPUs; the job would wait for ever",
            "Use a queue over an environment of, for example, Instances.of('g6').",
        )
    ]
