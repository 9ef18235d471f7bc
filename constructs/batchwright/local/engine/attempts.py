"""One attempt of a job: begun, started, timed, stopped, judged."""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from batchwright.local.engine.runner import Attempt, Exit, Runner, Started
from batchwright.local.engine.states import AttemptRecord, JobStatus

if TYPE_CHECKING:
    from batchwright.local.engine.clock import Clock
    from batchwright.local.engine.jobs import Job
    from batchwright.local.engine.limits import EngineLimits
    from batchwright.local.engine.names import Names
    from batchwright.local.engine.scheduler import Scheduler
    from batchwright.local.engine.transitions import Transitions

_log = logging.getLogger(__name__)
TIMED_OUT: Final = "Job attempt duration exceeded timeout"
START_FAILED: Final = "Task failed to start"


class Attempts:
    """Deals with the runner. Its own callbacks take the engine's lock; what else needs it says so.

    Args:
        lock: The engine's lock.
        clock: Timeouts, and calls to handles, which are never made under the lock.
        runner: Runs the attempts.
        limits: Time between SIGTERM and SIGKILL.
        names: Forms the ARNs of tasks.
        scheduler: Gets capacity back when an attempt is to be repeated.
        transitions: Moves the jobs.
    """

    def __init__(
        self,
        *,
        lock: threading.RLock,
        clock: Clock,
        runner: Runner,
        limits: EngineLimits,
        names: Names,
        scheduler: Scheduler,
        transitions: Transitions,
    ) -> None:
        self._lock = lock
        self._idle = threading.Condition(lock)
        self._clock = clock
        self._runner = runner
        self._limits = limits
        self._names = names
        self._scheduler = scheduler
        self._transitions = transitions
        self._closed = False

    def begin(self, job: Job) -> Attempt:
        """Move a placed job to STARTING and return its attempt, to be given to `start`. Needs the lock."""
        job.task_id = uuid.uuid4().hex
        job.stopping, job.handle, job.attempt_started_at = None, None, None
        task_arn = self._names.task_arn(job.task_id)
        self._transitions.move(
            job, JobStatus.STARTING, task_arn=task_arn, log_stream_name=None, exit_code=None, reason=None
        )
        spec = job.spec
        return Attempt(
            job_id=job.id,
            job_arn=job.arn,
            job_name=spec.name,
            number=job.attempt_number,
            queue_name=spec.queue.name,
            environment_name=job.environment.name if job.environment else "",
            task_id=job.task_id,
            task_arn=task_arn,
            container=spec.container,
            array_index=job.index,
            array_size=spec.array_size,
            tags={**spec.definition.record["tags"], **job.tags} if spec.propagate_tags else {},
        )

    def start(self, job: Job, attempt: Attempt) -> None:
        """Give an attempt to the runner. Must be called without the lock."""
        on_started = partial(self._on_started, job, attempt.number)
        on_exit = partial(self._on_exit, job, attempt.number)
        try:
            handle = self._runner.start(attempt, on_started=on_started, on_exit=on_exit)
        except Exception as error:
            _log.exception("the runner could not start job %s", job.id)
            on_exit(Exit(exit_code=None, reason=f"CannotStartContainerError: {error}", status_reason=START_FAILED))
            return
        with self._lock:
            if job.attempt_number != attempt.number or not job.status.placed:
                return
            job.handle = handle
            reason = job.stopping
        if reason is not None:
            handle.stop(reason, self._grace())

    def stop(self, job: Job, reason: str) -> None:
        """Ask a running attempt to end, for good; the first reason counts. Needs the lock."""
        if job.stopping is None:
            job.stopping = reason
            if job.handle is not None:
                self._clock.call_later(0.0, partial(job.handle.stop, reason, self._grace()))

    def close(self, jobs: list[Job], reason: str, *, patience: float) -> None:
        """Stop these attempts and wait for their ends, at most `patience` seconds over the grace time.

        Must be called without the lock. What has not ended by then is FAILED all the same.
        """
        with self._lock:
            self._closed = True
            for job in jobs:
                job.stopping = job.stopping or reason
        for job in jobs:
            if (handle := job.handle) is not None:
                handle.stop(reason, self._grace())
        with self._idle:
            if not self._clock.simulated:
                self._idle.wait_for(lambda: not self._scheduler.running, self._grace() + patience)
            for job in jobs:
                if not job.status.terminal:
                    self._transitions.finish(job, JobStatus.FAILED, job.stopping)

    def _grace(self) -> float:
        return self._limits.close_grace_seconds if self._closed else self._limits.stop_grace_seconds

    def _on_started(self, job: Job, number: int, started: Started) -> None:
        with self._lock:
            if job.attempt_number != number or job.status is not JobStatus.STARTING:
                return
            self._running(job, started.log_stream_name)
            seconds = job.spec.timeout_seconds
            if seconds is not None and not job.stopping:
                job.timer = self._clock.call_later(seconds, partial(self._time_out, job, number))

    def _on_exit(self, job: Job, number: int, exited: Exit) -> None:
        with self._lock:
            if job.attempt_number != number or not job.status.placed:
                return
            if exited.exit_code is not None and job.status is JobStatus.STARTING:
                self._running(job, None)
            if job.timer is not None:
                job.timer.cancel()
            job.timer = job.handle = None
            self._judge(job, exited)
            if not self._scheduler.running:
                self._idle.notify_all()

    def _running(self, job: Job, log_stream_name: str | None) -> None:
        job.attempt_started_at = now = self._transitions.now()
        self._transitions.move(job, JobStatus.RUNNING, started_at=now, log_stream_name=log_stream_name)

    def _time_out(self, job: Job, number: int) -> None:
        with self._lock:
            if job.attempt_number == number and job.status is JobStatus.RUNNING:
                self.stop(job, TIMED_OUT)

    def _judge(self, job: Job, exited: Exit) -> None:
        again = not job.stopping and exited.exit_code != 0 and self._again(job, exited)
        reason = job.stopping or exited.status_reason
        record = AttemptRecord(
            task_arn=job.state.task_arn or "",
            log_stream_name=job.state.log_stream_name,
            exit_code=exited.exit_code,
            reason=exited.reason,
            started_at=job.attempt_started_at,
            stopped_at=self._transitions.now(),
            status_reason=reason,
        )
        attempts = (*job.state.attempts, record)
        job.state = replace(job.state, attempts=attempts, exit_code=exited.exit_code, reason=exited.reason)
        if again:
            self._scheduler.free(job)
            self._transitions.make_runnable(job)
        elif exited.exit_code == 0 and not job.stopping:
            self._transitions.finish(job, JobStatus.SUCCEEDED, reason)
        else:
            self._transitions.finish(job, JobStatus.FAILED, reason)

    def _again(self, job: Job, exited: Exit) -> bool:
        return not self._closed and job.spec.retry.again(
            attempts_made=job.attempt_number,
            exit_code=exited.exit_code,
            reason=exited.reason,
            status_reason=exited.status_reason,
        )
