"""Runs the jobs: admits them, makes the scheduler's passes, stops and closes."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final

from batchwright.local.engine.cloud.pools import Pools
from batchwright.local.engine.jobs.states import JobStatus
from batchwright.local.engine.queues.blocked import BlockedQueues
from batchwright.local.engine.queues.scheduler import Scheduler
from batchwright.local.engine.running.attempts import Attempts
from batchwright.local.engine.running.returning import Returning, end_lost
from batchwright.local.engine.running.transitions import Transitions

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable

    from batchwright.local.engine.api.names import Names
    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.cloud.model import CloudModel, HostUse
    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.jobs.events import EventDispatcher
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.transition import Transition
    from batchwright.local.engine.limits import EngineLimits
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
        cloud: What the cloud adds, or None.
        events: Receives each transition, and each job that blocks its queue, under the lock.
        observe: Is told of each transition under the lock; None when nobody is.
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
        cloud: CloudModel | None,
        events: EventDispatcher,
        observe: Callable[[Transition], None] | None,
        finished: Callable[[Job], None],
    ) -> None:
        self._lock = lock
        self._clock = clock
        self._scheduler = Scheduler(max_running=limits.max_running, now=clock.now)
        self._transitions = Transitions(
            clock=clock,
            scheduler=self._scheduler,
            publish=events.publish if events.wanted else None,
            observe=observe,
            finished=finished,
            wake=self.wake,
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
        self._blocked = BlockedQueues(
            lock=lock,
            clock=clock,
            heads=self._scheduler.blocked,
            publish=events.publish_blocked,
            cancel=partial(self.stop, cancel=True),
        )
        self._pools: Pools | None = None
        if cloud is not None:
            self._pools = Pools(
                cloud=cloud, clock=clock, lock=lock, start=self._start, lose=self._attempts.lose, wake=self.wake
            )
        self._new: deque[Job] = deque()
        self._awake = False
        self._closed = False

    @property
    def submitted(self) -> int:
        """Number of jobs in SUBMITTED, children counted. Needs the lock."""
        return len(self._new)

    @property
    def hosts(self) -> tuple[HostUse, ...]:
        """The hosts that there are and were. Needs the lock."""
        return () if self._pools is None else self._pools.uses

    def admit(self, job: Job) -> None:
        """Take a new job, and its children; nodes follow their job. Needs the lock."""
        for one in (job, *job.children):
            self._new.append(one)
            self._transitions.submitted(one)
        self.wake()

    def put_back(self, jobs: Iterable[Job], environment_of: Callable[[Job], ComputeEnvironment | None]) -> None:
        """Take jobs from an archive as they were. Needs the lock."""
        returning = Returning(scheduler=self._scheduler, environment_of=environment_of, now=self._clock.now())
        self._new.extend(returning.put_back(jobs))

    def go_on(self, jobs: Iterable[Job]) -> None:
        """Judge attempts that ended with the engine which an archive is of, and let the others run. Needs the lock."""
        end_lost(jobs, attempts=self._attempts)
        self.wake()

    def wake(self) -> None:
        """Have a pass made soon. Needs the lock."""
        if not self._awake and not self._closed:
            self._awake = True
            self._clock.call_later(0.0, self._pass)

    def environments_changed(self, environments: Iterable[ComputeEnvironment]) -> None:
        """Have hosts and jobs follow what was changed. Needs the lock."""
        if self._pools is not None:
            self._pools.follow(environments)
        self.wake()

    def stop(self, job: Job, reason: str, *, cancel: bool) -> None:
        """Cancel or terminate a job, all children of an array, or a node that runs. Needs the lock.

        Before STARTING both fail it with the reason: at once, or, while it is PENDING, when its dependencies have
        ended. After that terminating stops the attempt, and cancelling does nothing. See
        https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html.
        """
        if job.status.terminal or (cancel and job.status.placed):
            return
        job.state = job.state.changed(
            is_cancelled=job.state.is_cancelled or cancel,
            is_terminated=job.state.is_terminated or not cancel,
        )
        if job.children:
            job.doomed = job.doomed or reason
            for child in job.children:
                self.stop(child, reason, cancel=cancel)
        elif job.status.placed:
            self._attempts.stop(job, reason)
        elif job.whole is not None:
            # Only the job as a whole waits in the queue.
            self.stop(job.whole, reason, cancel=cancel)
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
            if self._pools is not None:
                self._pools.close()
            running = []
            for job in jobs:
                if job.status.placed:
                    running.append(job)
                elif not job.status.terminal and not job.children and job.whole is None:
                    self._transitions.finish(job, JobStatus.FAILED, CLOSED)
        self._attempts.close(running, CLOSED, patience=_CLOSE_PATIENCE_SECONDS)

    def _pass(self) -> None:
        with self._lock:
            self._awake = False
            while self._new:
                self._transitions.enter(self._new.popleft())
            if self._closed:
                return
            placed = self._scheduler.place()
            if self._pools is not None:
                placed = [job for job in placed if job.berth is None or job.berth.ready]
            starts = [self._attempts.begin(job) for job in placed]
            self._blocked.look()
        for job, attempt in starts:
            self._attempts.start(job, attempt)

    def _start(self, jobs: list[Job]) -> None:
        """Start jobs whose host is ready. Needs the lock, which the runner must not see held."""
        for job in jobs:
            self._clock.call_later(0.0, partial(self._attempts.start, *self._attempts.begin(job)))
