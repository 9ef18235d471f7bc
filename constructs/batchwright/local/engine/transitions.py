"""Moves jobs from status to status and lets those that wait for them know."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from batchwright.local.engine.dependencies import DEPENDENCY_FAILED
from batchwright.local.engine.states import TRANSITIONS, JobState, JobStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.engine.clock import Clock
    from batchwright.local.engine.jobs import Job
    from batchwright.local.engine.scheduler import Scheduler

STATUS_POSITIONS: Final = {status: position for position, status in enumerate(JobStatus)}
CHILD_FAILED: Final = "Array Child Job failed"


class Transitions:
    """The rules of the state machine. The engine's lock is held by whoever calls.

    Args:
        clock: Dates the transitions.
        scheduler: Learns of jobs that became RUNNABLE, and gets capacity back.
        publish: Receives each transition.
        finished: Receives each job that ended.
        wake: Asks for a pass of the scheduler.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        scheduler: Scheduler,
        publish: Callable[[Job, JobState], None],
        finished: Callable[[Job], None],
        wake: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._scheduler = scheduler
        self._publish = publish
        self._finished = finished
        self._wake = wake
        self._ended: deque[Job] = deque()
        self._settling = False

    def now(self) -> int:
        """Return milliseconds since the epoch."""
        return int(self._clock.now() * 1000)

    def submitted(self, job: Job) -> None:
        """Tell of a new job."""
        if job.children:
            job.counts = [0] * len(STATUS_POSITIONS)
            job.counts[STATUS_POSITIONS[JobStatus.SUBMITTED]] = len(job.children)
            job.state = replace(job.state, summary=tuple(job.counts))
        self._publish(job, job.state)

    def enter(self, job: Job) -> None:
        """Take a job out of SUBMITTED: to PENDING when it waits or is an array's parent, else to RUNNABLE."""
        if job.status is not JobStatus.SUBMITTED:
            return
        if not job.children and not job.doomed and not job.waiting:
            self.make_runnable(job)
            return
        self.move(job, JobStatus.PENDING)
        if job.doomed and not job.children:
            self.finish(job, JobStatus.FAILED, job.doomed)

    def make_runnable(self, job: Job) -> None:
        """Put a job into its queue, for the first or another attempt."""
        self.move(job, JobStatus.RUNNABLE, status_reason=None)
        self._scheduler.enqueue(job)
        self._wake()

    def move(self, job: Job, status: JobStatus, **changes: object) -> None:
        """Change the status, with whatever else changes, and tell of it."""
        before = job.status
        if status not in TRANSITIONS[before]:
            raise RuntimeError(f"job {job.id} must not go from {before} to {status}")
        if job.counts:
            changes["summary"] = tuple(job.counts)
        job.state = replace(job.state, status=status, **changes)  # type: ignore[arg-type]
        if job.parent is not None:
            job.parent.counts[STATUS_POSITIONS[before]] -= 1
            job.parent.counts[STATUS_POSITIONS[status]] += 1
        self._publish(job, job.state)

    def finish(self, job: Job, status: JobStatus, reason: str | None) -> None:
        """End a job, give back its capacity, and carry the news to its dependents and its parent."""
        self.move(job, status, status_reason=reason, stopped_at=self.now())
        self._scheduler.free(job)
        self._wake()
        self._ended.append(job)
        # A loop and not recursion: one failure may end a chain of ten thousand jobs.
        if self._settling:
            return
        self._settling = True
        try:
            while self._ended:
                self._settle(self._ended.popleft())
        finally:
            self._settling = False

    def _settle(self, job: Job) -> None:
        dependents, job.dependents = job.dependents, []
        for dependent in dependents:
            if job.status is JobStatus.SUCCEEDED:
                self._release(dependent)
            else:
                self._doom(dependent)
        self._finished(job)
        parent = job.parent
        if parent is not None and not parent.status.terminal:
            failed = parent.counts[STATUS_POSITIONS[JobStatus.FAILED]]
            if failed:
                status, reason = JobStatus.FAILED, parent.doomed or CHILD_FAILED
            else:
                status, reason = JobStatus.SUCCEEDED, None
            if failed + parent.counts[STATUS_POSITIONS[JobStatus.SUCCEEDED]] == len(parent.children):
                self.finish(parent, status, reason)

    def _release(self, job: Job) -> None:
        job.waiting -= 1
        if job.waiting:
            return
        for child in job.children:
            self._release(child)
        if job.status is JobStatus.PENDING and not job.children:
            if job.doomed:
                self.finish(job, JobStatus.FAILED, job.doomed)
            else:
                self.make_runnable(job)

    def _doom(self, job: Job) -> None:
        job.doomed = job.doomed or DEPENDENCY_FAILED
        for child in job.children:
            self._doom(child)
        if job.status is JobStatus.PENDING and not job.children:
            self.finish(job, JobStatus.FAILED, job.doomed)
