"""What a container may ask for on EC2 hosts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source of all: https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
MIN_MEMORY_MIB: Final = 4


def ec2_vcpu_problems(vcpus: float | None) -> Sequence[Problem]:
    """Find vCPUs that EC2 jobs cannot ask for; None is known only at deployment."""
    if vcpus is None or (vcpus >= 1 and is_whole(vcpus)):
        return []
    whole = max(1, math.ceil(vcpus)) if math.isfinite(vcpus) else 1
    return [Problem("vcpus", tidy(vcpus), "whole vCPUs from 1 on EC2", f"Use vcpus={whole}.")]


def positive_vcpu_problems(vcpus: float | None) -> Sequence[Problem]:
    """Find vCPUs that are none, where any fraction is taken; None is known only at deployment."""
    if vcpus is None or (math.isfinite(vcpus) and vcpus > 0):
        return []
    return [Problem("vcpus", vcpus, "above 0", "Use vcpus=1.")]


def ec2_vcpu_text_problems(text: str) -> Sequence[Problem]:
    """Find a whole number of vCPUs that is not written as one: Batch refuses `1.0` on EC2.

    Source: https://github.com/kestra-io/plugin-aws/issues/504
    """
    head, point, fraction = text.partition(".")
    if not point or not head.isdecimal() or fraction.strip("0"):
        return []
    return [Problem("vcpus", text, "digits only on EC2", f"Write {head}.")]


def ec2_memory_problems(memory_mib: float | None) -> Sequence[Problem]:
    """Find memory that no container can run in; None is known only at deployment."""
    if memory_mib is None or memory_mib >= MIN_MEMORY_MIB:
        return []
    allowed = f"{MIN_MEMORY_MIB} MiB or more"
    fix = f"Use {MIN_MEMORY_MIB} MiB or more; Docker starts nothing in less."
    return [Problem("memory", f"{tidy(memory_mib)} MiB", allowed, fix)]


def gpu_problems(gpus: float | None) -> Sequence[Problem]:
    """Find GPUs that are not a whole number; None is known only at deployment."""
    if gpus is None or (gpus >= 0 and is_whole(gpus)):
        return []
    return [Problem("gpus", tidy(gpus), "whole GPUs, 0 or more", "Leave it out for a job without GPUs.")]
