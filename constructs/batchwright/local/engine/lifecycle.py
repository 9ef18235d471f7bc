"""Runs the jobs: admits them, makes the scheduler's passes, stops and closes."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from batchwright.local.engine.attempts import Attempts
from batchwright.local.engine.scheduler import Scheduler
from batchwright.local.engine.states import JobState, JobStatus
from batchwright.local.engine.transitions import Transitions

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable

    from batchwright.local.engine.clock import Clock
    from batchwright.local.engine.jobs import Job
    from batchwright.local.engine.limits import EngineLimits
    from batchwright.local.engine.names import Names
    from batchwright.local.engine.runner import Runner

CLOSED: Final = "The local AWS was closed"
_CLOSE_PATIENCE_SECONDS: Final = 15.0


class Lifecycle:
    """The life of all jobs, driven by events alone: nothing here blocks or polls, and no job has a thread.

    What is due is done in a pass, which the clock calls after something woke it: a submission, an attempt's end, a
    change of capacity.

    Args:
        lock: The engine's lock.
        clock: Time and deferred work.
        runner: Runs the attempts.
        limits: Grace times and the number of running attempts.
        names: Forms the ARNs of tasks.
        publish: Receives each transition, under the lock.
        finished: Receives each job that ended, under the lock.
    """

    def __init__(
        self,
        *,
        lock: threading.RLock,
        clock: Clock,
        runner: Runner,
        limits: EngineLimits,
        names: Names,
        publish: Callable[[Job, JobState], None],
        finished: Callable[[Job], None],
    ) -> None:
        self._lock = lock
        self._clock = clock
        self._scheduler = Scheduler(max_running=limits.max_running)
        self._transitions = Transitions(
            clock=clock, scheduler=self._scheduler, publish=publish, finished=finished, wake=self.wake
        )
        self._attempts = Attempts(
            lock=lock,
            clock=clock,
            runner=runner,
            limits=limits,
            names=names,
            scheduler=self._scheduler,
            transitions=self._transitions,
        )
        self._new: deque[Job] = deque()
        self._awake = False
        self._closed = False

    def admit(self, job: Job) -> None:
        """Take a new job, and its children. Needs the lock."""
        for one in (job, *job.children):
            self._new.append(one)
            self._transitions.submitted(one)
        self.wake()

    def wake(self) -> None:
        """Have a pass made soon. Needs the lock."""
        if not self._awake and not self._closed:
            self._awake = True
            self._clock.call_later(0.0, self._pass)

    def stop(self, job: Job, reason: str, *, cancel: bool) -> None:
        """Cancel or terminate a job, or all children of an array. Needs the lock.

        Before STARTING both fail it with the reason: at once, or, while it is PENDING, when its dependencies have
        ended. After that terminating stops the attempt, and cancelling does nothing. See
        https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html.
        """
        if job.status.terminal or (cancel and job.status.placed):
            return
        job.state = replace(
            job.state,
            is_cancelled=job.state.is_cancelled or cancel,
            is_terminated=job.state.is_terminated or not cancel,
        )
        if job.children:
            job.doomed = job.doomed or reason
            for child in job.children:
                self.stop(child, reason, cancel=cancel)
        elif job.status.placed:
            self._attempts.stop(job, reason)
        elif job.status is JobStatus.PENDING and job.waiting:
            job.doomed = job.doomed or reason
        else:
            self._transitions.finish(job, JobStatus.FAILED, reason)

    def close(self, jobs: Iterable[Job]) -> None:
        """Fail every job that has not ended, stopping the attempts that run. Needs to be called without the lock."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            running = []
            for job in jobs:
                if job.status.placed:
                    running.append(job)
                elif not job.status.terminal and not job.children:
                    self._transitions.finish(job, JobStatus.FAILED, CLOSED)
        self._attempts.close(running, CLOSED, patience=_CLOSE_PATIENCE_SECONDS)

    def _pass(self) -> None:
        with self._lock:
            self._awake = False
            while self._new:
                self._transitions.enter(self._new.popleft())
            placed = [] if self._closed else self._scheduler.place()
            starts = [(job, self._attempts.begin(job)) for job in placed]
        for job, attempt in starts:
            self._attempts.start(job, attempt)
