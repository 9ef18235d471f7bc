"""How many processor cores the container may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(*, quota_file: Path = _QUOTA) -> int:
    """Count the cores that the affinity of this process and its cgroup quota leave, at least 1.

    Fargate sets a quota. On EC2 instances AWS Batch sets shares, which bound nothing while the host is idle: there the
    job definition says VCPUS, or every child would start threads for the whole host.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    try:
        quota, period = quota_file.read_text(encoding="ascii").split()
        if quota != "max":
            cores = min(cores, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):
        pass  # no cgroup v2: the affinity is all there is to know
    return max(1, cores)
