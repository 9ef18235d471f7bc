"""Jobs of an archive in an engine that goes on with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.local.engine.jobs.states import JobStatus
from batchwright.local.engine.runner import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.queues.scheduler import Scheduler
    from batchwright.local.engine.running.attempts import Attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """Puts jobs where they were: in a queue's line, in their environment, in front of the first pass.

    Attributes:
        scheduler: Takes those that wait and those that had a place.
        environment_of: Returns where a job had its place.
        now: Seconds since the epoch.
    """

    scheduler: Scheduler
    environment_of: Callable[[Job], ComputeEnvironment | None]
    now: float

    def put_back(self, jobs: Iterable[Job]) -> list[Job]:
        """Put back those that have not ended; return those in SUBMITTED, in order."""
        alive = sorted(job for job in jobs if not job.status.terminal and job.whole is None)
        alone = [job for job in alive if not job.children]
        for job in alone:
            if job.spec.queue.shares is not None:
                job.spec.queue.shares.admit(job, self.now)
        # First those that had a place: the line in front of them was empty for a moment.
        for job in alone:
            if job.status.placed:
                self._place(job)
        for job in alone:
            if job.status is JobStatus.RUNNABLE:
                self.scheduler.put_back(job, None)
        return [job for job in alive if job.status is JobStatus.SUBMITTED]

    def _place(self, job: Job) -> None:
        environment = self.environment_of(job)
        if environment is not None:
            self.scheduler.put_back(job, environment)
        for node in job.nodes:
            if node.is_main_node and node.status.terminal and node.state.attempts:
                last = node.state.attempts[-1]
                job.main_exit = Exit(
                    exit_code=last.exit_code,
                    reason=last.reason,
                    status_reason=last.status_reason or "",
                    containers=last.containers,
                )


def end_lost(jobs: Iterable[Job], *, attempts: Attempts) -> None:
    """End the attempts of jobs that ran when their engine ended: their host is gone."""
    for job in sorted(jobs):
        job.stuck = None
        if not job.status.placed or job.whole is not None:
            continue
        # The main node last: its end is the job's, and would ask the others to stop, whom nobody hears.
        runs = sorted((node for node in job.nodes if node.status.placed), key=lambda node: node.is_main_node)
        for one in runs or (job,):
            attempts.lost(one, _terminated(one))


def _terminated(job: Job) -> str:
    """Return the reason that AWS gives for a host that went away.

    See https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html.
    """
    host = hashlib.sha256((job.task_id or job.id).encode()).hexdigest()[:17]
    return f"Host EC2 (instance i-{host}) terminated."
