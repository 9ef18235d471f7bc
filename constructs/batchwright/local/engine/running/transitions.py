"""Moves jobs from status to status and lets those that wait for them know."""

from __future__ import annotations

from collections import deque
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.jobs.dependencies import DEPENDENCY_FAILED
from batchwright.local.engine.jobs.job import NEW, WAITING
from batchwright.local.engine.jobs.states import JobStatus, may_follow
from batchwright.local.engine.jobs.transition import Transition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.states import JobState
    from batchwright.local.engine.queues.scheduler import Scheduler

CHILD_FAILED: Final = "Array Child Job failed"
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Transitions:
    """The rules of the state machine. The engine's lock is held by whoever calls.

    Args:
        clock: Dates the transitions.
        scheduler: Learns of jobs that became RUNNABLE, and gets capacity back.
        publish: Receives each transition but the submission; None when nobody does.
        observe: Is told of each transition; None when nobody is.
        finished: Receives each job that ended.
        wake: Asks for a pass of the scheduler.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        scheduler: Scheduler,
        publish: Callable[[Job, JobState], None] | None,
        observe: Callable[[Transition], None] | None,
        finished: Callable[[Job], None],
        wake: Callable[[], None],
    ) -> None:
        self._now = clock.now
        self._scheduler = scheduler
        self._publish = publish
        self._observe = observe
        self._finished = finished
        self._wake = wake
        self._ended: deque[Job] = deque()
        self._settling = False

    def now(self) -> int:
        """Return milliseconds since the epoch."""
        return int(self._now() * 1000)

    def submitted(self, job: Job) -> None:
        """Note a new job, and its children; nodes follow their job."""
        if job.children:
            job.counts = [0] * len(JobStatus)
            job.counts[JobStatus.SUBMITTED.position] = len(job.children)
            job.state = job.state.changed(summary=tuple(job.counts))
        elif job.spec.queue.shares is not None and job.whole is None:
            job.spec.queue.shares.admit(job, self._now())
        if self._observe is not None:
            self._observe(_told(job, None, self._now()))
            for node in job.nodes:
                self._observe(_told(node, None, self._now()))

    def enter(self, job: Job) -> None:
        """Take a job out of SUBMITTED: to PENDING when it waits or is an array's parent, else to RUNNABLE."""
        if job.state.status is not JobStatus.SUBMITTED:
            return
        if not job.children and not job.doomed and not job.waiting:
            self.make_runnable(job)
            return
        self.move(job, JobStatus.PENDING)
        if job.doomed and not job.children:
            self.finish(job, JobStatus.FAILED, job.doomed)

    def make_runnable(self, job: Job, changes: Mapping[str, Any] = _NOTHING) -> None:
        """Put a job into its queue, for the first or another attempt; with whatever else changes."""
        self.move(job, JobStatus.RUNNABLE, _NOTHING if job.state is NEW else {"status_reason": None, **changes})
        job.runnable_at = int(self._now() * 1000)
        self._scheduler.enqueue(job)
        self._wake()

    def move(self, job: Job, status: JobStatus, changes: Mapping[str, Any] = _NOTHING) -> None:
        """Change the status, with whatever else of the state changes, and tell of it.

        Nodes that wait go with their job.
        """
        state = job.state
        before = state.status
        if not may_follow(before, status, node=job.whole is not None):
            raise RuntimeError(f"job {job.id} must not go from {before} to {status}")
        if job.counts is not None:
            changes = {**changes, "summary": tuple(job.counts)}
        first = state is NEW and status is JobStatus.RUNNABLE
        job.state = WAITING if first else state.moved(status, changes)
        parent = job.parent
        if parent is not None and (counts := parent.counts) is not None:
            counts[before.position] -= 1
            counts[status.position] += 1
        if self._publish is not None:
            self._publish(job, job.state)
        if self._observe is not None:
            self._observe(_told(job, before, self._now()))
        if job.nodes and (status is JobStatus.PENDING or status is JobStatus.RUNNABLE):
            for node in job.nodes:
                # A node whose turn never came in the attempt before is RUNNABLE still.
                if node.status is not status:
                    self.move(node, status, {"status_reason": None, "stopped_at": None})

    def finish(self, job: Job, status: JobStatus, reason: str | None, changes: Mapping[str, Any] = _NOTHING) -> None:
        """End a job, give back what it holds, and carry the news to its dependents and its parent.

        Nodes that have not ended end with their job, before it, but in the attempt that ended with it.
        """
        if job.nodes:
            job.state = job.state.changed(**changes)
            for node in job.nodes:
                if not node.status.terminal:
                    self.end_node(node, JobStatus.FAILED, reason)
        self.move(job, status, {"status_reason": reason, "stopped_at": int(self._now() * 1000), **changes})
        self._scheduler.release(job)
        if job.spec.queue.shares is not None and not job.children and job.whole is None:
            job.spec.queue.shares.ended(job, self._now())
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

    def end_node(self, node: Job, status: JobStatus, reason: str | None, changes: Mapping[str, Any] = _NOTHING) -> None:
        """End a node. Its job may be tried again, and the node with it."""
        self.move(node, status, {"status_reason": reason, "stopped_at": self.now(), **changes})
        self._finished(node)

    def _settle(self, job: Job) -> None:
        dependents, job.dependents = job.dependents, None
        for dependent in dependents or ():
            if job.status is JobStatus.SUCCEEDED:
                self._release(dependent)
            else:
                self._doom(dependent)
        self._finished(job)
        parent = job.parent
        if parent is not None and parent.counts is not None and not parent.status.terminal:
            failed = parent.counts[JobStatus.FAILED.position]
            if failed:
                status, reason = JobStatus.FAILED, parent.doomed or CHILD_FAILED
            else:
                status, reason = JobStatus.SUCCEEDED, None
            if failed + parent.counts[JobStatus.SUCCEEDED.position] == len(parent.children):
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


def _told(job: Job, before: JobStatus | None, at: float) -> Transition:
    spec, state, whole = job.spec, job.state, job.whole
    if whole is None:
        ended, environment, milli_vcpus = len(state.attempts), job.environment, spec.milli_vcpus
    else:
        ended, environment, milli_vcpus = len(whole.state.attempts), whole.environment, job.task.milli_vcpus
    status = state.status
    # Without the function that a named tuple has in between: five are made for each job.
    return tuple.__new__(
        Transition,
        (
            job.id,
            spec.name,
            spec.queue.name,
            None if environment is None else environment.name,
            before,
            status,
            at,
            ended if ended and status.terminal else ended + 1,
            milli_vcpus / 1000,
            state.status_reason,
            bool(job.children),
            spec.share_identifier,
        ),
    )
