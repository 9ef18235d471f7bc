"""Checks of a job's size against its platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model import Platform
from batchwright.model.fargate import fargate_size_problems
from batchwright.model.fargate_settings import fargate_gpu_problems
from batchwright.model.fit import (
    gpu_fit_problems,
    memory_fit_problems,
    together_fit_problems,
    vcpu_fit_problems,
)
from batchwright.model.sizes import ec2_memory_problems, ec2_vcpu_problems, gpu_problems, positive_vcpu_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Capacity, Problem, Requirements


def size_problems(requirements: Requirements, capacities: Sequence[Capacity]) -> Sequence[Problem]:
    """Find what no environment of the queue can give, or the platform refuses."""
    if requirements.platform is Platform.FARGATE:
        found = [
            *fargate_size_problems(vcpus=requirements.vcpus, memory_mib=requirements.memory_mib),
            *fargate_gpu_problems(requirements.gpus),
        ]
    elif requirements.platform is Platform.MANAGED_INSTANCES:
        # Any size. Source: https://docs.aws.amazon.com/batch/latest/userguide/create-job-definition-ecs-managed-instances.html
        found = [
            *positive_vcpu_problems(requirements.vcpus),
            *ec2_memory_problems(requirements.memory_mib),
            *gpu_problems(requirements.gpus),
        ]
    else:
        found = [
            *ec2_vcpu_problems(requirements.vcpus),
            *ec2_memory_problems(requirements.memory_mib),
            *gpu_problems(requirements.gpus),
        ]
    # A size that is none is not asked whether it fits.
    return [*found, *fit_problems(requirements, capacities, broken={problem.field for problem in found})]


def fit_problems(requirements: Requirements, capacities: Sequence[Capacity], *, broken: set[str]) -> Sequence[Problem]:
    """Find what no environment of the queue can give; amounts named in `broken` are wrong anyhow, and not asked."""
    vcpus = None if "vcpus" in broken else requirements.vcpus
    memory = None if "memory" in broken else requirements.memory_mib
    gpus = None if "gpus" in broken else requirements.gpus
    return [
        *vcpu_fit_problems(vcpus, capacities),
        *memory_fit_problems(memory, capacities),
        *gpu_fit_problems(gpus, capacities),
        *together_fit_problems(vcpus=vcpus, memory_mib=memory, gpus=gpus, capacities=capacities),
    ]
