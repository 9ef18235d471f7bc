"""What a simulation takes as given, for the reader of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.simulation.workload import Workload

CLOUD = ("boot_seconds", "task_seconds", "idle_seconds", "host_vcpus", "spot_reclaims_per_host_hour")
"""Members of a workload's cloud."""


def assumptions(workload: Workload) -> Mapping[str, float | None]:
    """Return the numbers that a workload gives or leaves at their defaults; None for a cloud that it does not have."""
    cloud = {name: None if workload.cloud is None else float(getattr(workload.cloud, name)) for name in CLOUD}
    return {**cloud, "submissions_per_second": float(workload.submissions)}
