"""What a simulated cloud gives a compute environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from batchwright.local.engine.jobs.job import Job, JobSpec


class Hosts(Protocol):
    """The hosts of an environment, which come and go with its jobs."""

    def could_hold(self, spec: JobSpec) -> bool:
        """Say whether there can be enough of them for a job when nothing else runs."""

    def have_room(self, spec: JobSpec) -> bool:
        """Say whether a job has room on those that there are, or on those that may be asked for."""

    def take(self, job: Job) -> None:
        """Give a job that has room its `berth`; it may start when that is ready."""

    def release(self, job: Job) -> None:
        """Take a job's berth back."""
