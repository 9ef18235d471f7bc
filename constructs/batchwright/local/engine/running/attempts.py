"""One attempt of a job: begun, started, timed, stopped, judged."""

from __future__ import annotations

import logging
import random
import threading
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from batchwright.local.engine.jobs.job import WAITING
from batchwright.local.engine.jobs.states import JobStatus
from batchwright.local.engine.runner import Attempt, Exit, Runner, Started
from batchwright.local.engine.running.attempt_parts import judged, kept, make_attempt

if TYPE_CHECKING:
    from batchwright.local.engine.api.names import Names
    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.limits import EngineLimits
    from batchwright.local.engine.queues.scheduler import Scheduler
    from batchwright.local.engine.running.transitions import Transitions

_log = logging.getLogger(__name__)
_UNKNOWN_YET: Final = MappingProxyType({"log_stream_name": None, "exit_code": None, "reason": None})
TIMED_OUT: Final = "Job attempt duration exceeded timeout"
START_FAILED: Final = "Task failed to start"
MAIN_NODE_ENDED: Final = "Main node of the multi-node parallel job exited"


class Attempts:
    """Deals with the runner. Its own callbacks take the engine's lock; what else needs it says so.

    What runs is a job, or each node of a multi-node parallel job: the main node first, the others once it runs and
    its address is known. When the main node ends the others are stopped; when all have ended the job is judged by the
    main node alone, and tried again as a whole. The end of another node changes nothing
    (https://docs.aws.amazon.com/batch/latest/userguide/job-lifecycle.html).

    Args:
        lock: The engine's lock.
        clock: Timeouts, and calls to runner and handles, which are never made under the lock.
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
        self._networks: set[str] = set()
        self._ids = random.Random()  # noqa: S311 - no secrets

    def begin(self, job: Job) -> tuple[Job, Attempt]:
        """Move a placed job to STARTING and return what `start` needs: it, or its main node. Needs the lock."""
        job.stopping = job.attempt_started_at = None
        nodes = job.spec.nodes
        if nodes is None:
            return job, self._begin(job, None)
        job.network = f"{job.id}-{job.attempt_number}"
        job.main_exit = None
        self._networks.add(job.network)
        main = job.nodes[nodes.main_index]
        self._transitions.move(job, JobStatus.STARTING, _UNKNOWN_YET)
        return main, self._begin(main, None)

    def start(self, job: Job, attempt: Attempt) -> None:
        """Give an attempt to the runner. Must be called without the lock."""
        on_started = partial(self._on_started, job, attempt.task_id)
        on_exit = partial(self._on_exit, job, attempt.task_id)
        try:
            handle = self._runner.start(attempt, on_started=on_started, on_exit=on_exit)
        except Exception as error:
            _log.exception("the runner could not start job %s", job.id)
            on_exit(Exit(exit_code=None, reason=f"CannotStartContainerError: {error}", status_reason=START_FAILED))
            return
        with self._lock:
            if job.task_id != attempt.task_id:
                return
            job.handle = handle
            reason, lost = job.stopping, job.lost
        if reason is not None or lost is not None:
            handle.stop(reason or lost or "", self._grace() if lost is None else 0.0)

    def stop(self, job: Job, reason: str) -> None:
        """Ask what runs of a job, or one of its nodes, to end for good; the first reason counts. Needs the lock."""
        if job.stopping is None:
            job.stopping = reason
            if job.handle is not None:
                self._clock.call_later(0.0, partial(job.handle.stop, reason, self._grace()))
            for node in job.nodes:
                if node.status.placed:
                    self.stop(node, reason)
            if job.is_main_node and job.whole is not None:
                self.stop(job.whole, reason)

    def lose(self, job: Job, reason: str) -> None:
        """End an attempt whose host is gone, as failed for that reason; it may be repeated. Needs the lock."""
        if job.lost is None and job.status.placed:
            job.lost = reason
            if job.handle is not None:
                self._clock.call_later(0.0, partial(job.handle.stop, reason, 0.0))

    def lost(self, job: Job, reason: str) -> None:
        """Judge an attempt that no runner has any more, as failed for that reason. Needs the lock."""
        self.lose(job, reason)
        self._on_exit(job, job.task_id or "", Exit(exit_code=None, status_reason=reason))

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
            left = list(self._networks)
        for network in left:
            self._release(network)

    def _begin(self, job: Job, main_address: str | None) -> Attempt:
        job.task_id = f"{self._ids.getrandbits(128):032x}"
        job.stopping, job.lost, job.handle, job.attempt_started_at = None, None, None, None
        attempt = make_attempt(job, names=self._names, main_address=main_address)
        # Before the first attempt there is nothing that another one left.
        left = {} if job.state is WAITING else {**_UNKNOWN_YET, "containers": ()}
        self._transitions.move(job, JobStatus.STARTING, {"task_arn": attempt.task_arn, **left})
        if job.whole is not None and job.is_main_node:
            job.whole.state = job.whole.state.changed(task_arn=attempt.task_arn)
        return attempt

    def _grace(self) -> float:
        return self._limits.close_grace_seconds if self._closed else self._limits.stop_grace_seconds

    def _on_started(self, job: Job, task_id: str, started: Started) -> None:
        with self._lock:
            if job.task_id != task_id or job.state.status is not JobStatus.STARTING:
                return
            self._running(job, started.log_stream_name)
            whole = job.whole or job
            if job is not whole and not job.is_main_node:
                return
            seconds = job.spec.timeout_seconds
            if seconds is not None and not whole.stopping:
                whole.timer = self._clock.call_later(seconds, partial(self._time_out, whole, whole.attempt_number))
            if job is not whole and not whole.stopping:
                self._begin_others(whole, started.address)

    def _begin_others(self, whole: Job, address: str | None) -> None:
        for node in whole.nodes:
            if node.status is JobStatus.RUNNABLE:
                attempt = self._begin(node, address)
                self._clock.call_later(0.0, partial(self.start, node, attempt))

    def _on_exit(self, job: Job, task_id: str, exited: Exit) -> None:
        with self._lock:
            if job.task_id != task_id or not job.state.status.placed:
                return
            job.handle = job.task_id = None
            if job.lost is not None and not job.stopping:
                exited = Exit(exit_code=None, status_reason=job.lost)
            elif exited.exit_code is not None and job.state.status is JobStatus.STARTING:
                self._running(job, None)
            exited = judged(job.task, exited)
            if job.whole is None:
                self._judge(job, exited)
            else:
                self._node_ended(job, job.whole, exited)
            if not self._scheduler.running:
                self._idle.notify_all()

    def _running(self, job: Job, log_stream_name: str | None) -> None:
        job.attempt_started_at = now = self._transitions.now()
        self._transitions.move(job, JobStatus.RUNNING, {"started_at": now, "log_stream_name": log_stream_name})
        if job.whole is not None and job.is_main_node:
            self._running(job.whole, log_stream_name)

    def _time_out(self, job: Job, number: int) -> None:
        with self._lock:
            if job.attempt_number == number and job.status is JobStatus.RUNNING:
                self.stop(job, TIMED_OUT)

    def _node_ended(self, node: Job, whole: Job, exited: Exit) -> None:
        reason = node.stopping or exited.status_reason or None
        status = JobStatus.SUCCEEDED if exited.exit_code == 0 and not node.stopping else JobStatus.FAILED
        now = self._transitions.now()
        self._transitions.end_node(node, status, reason, kept(node, exited, reason=reason, now=now))
        if node.is_main_node:
            whole.main_exit = exited
            for other in whole.nodes:
                if other.status.placed:
                    self.stop(other, whole.stopping or MAIN_NODE_ENDED)
        if whole.main_exit is not None and not any(other.status.placed for other in whole.nodes):
            self._release_network(whole)
            self._judge(whole, whole.main_exit)

    def _release_network(self, job: Job) -> None:
        if job.network is not None:
            self._clock.call_later(0.0, partial(self._release, job.network))
            job.network = None

    def _release(self, network: str) -> None:
        with self._lock:
            if network not in self._networks:
                return
            self._networks.remove(network)
        self._runner.release(network)

    def _judge(self, job: Job, exited: Exit) -> None:
        if job.timer is not None:
            job.timer.cancel()
            job.timer = None
        again = not job.stopping and exited.exit_code != 0 and self._again(job, exited)
        reason = job.stopping or exited.status_reason or None
        changes = kept(job, exited, reason=reason, now=self._transitions.now())
        if again:
            self._scheduler.free(job)
            self._transitions.make_runnable(job, changes)
        elif exited.exit_code == 0 and not job.stopping:
            self._transitions.finish(job, JobStatus.SUCCEEDED, reason, changes)
        else:
            self._transitions.finish(job, JobStatus.FAILED, reason, changes)

    def _again(self, job: Job, exited: Exit) -> bool:
        return not self._closed and job.spec.retry.again(
            attempts_made=job.attempt_number,
            exit_code=exited.exit_code,
            reason=exited.reason,
            status_reason=exited.status_reason,
        )
