"""Tasks on simulated Fargate: each takes a while to come up, and on Spot may be taken back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from batchwright.local.engine.cloud.hosts import Berth

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import RLock

    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.cloud.fate import Fate
    from batchwright.local.engine.cloud.model import CloudModel
    from batchwright.local.engine.environments.registry import ComputeEnvironment
    from batchwright.local.engine.jobs.job import Job

# Source: https://github.com/nextflow-io/nextflow/issues/5786
INTERRUPTED: Final = "Your Spot Task was interrupted."


class FargateTasks:
    """The tasks of placed jobs. The engine's lock is held by whoever calls, but for the clock's calls.

    Args:
        cloud: How long a task takes to come up.
        fate: When it is taken back.
        clock: Deferred work.
        lock: The engine's lock.
        start: Called with jobs that can start now.
        lose: Called with a job whose task is gone and the status reason of its attempt.
    """

    def __init__(
        self,
        *,
        cloud: CloudModel,
        fate: Fate,
        clock: Clock,
        lock: RLock,
        start: Callable[[list[Job]], None],
        lose: Callable[[Job, str], None],
    ) -> None:
        self._seconds = cloud.task_seconds
        self._fate = fate
        self._clock = clock
        self._lock = lock
        self._start = start
        self._lose = lose
        self._closed = False

    def close(self) -> None:
        """Start and interrupt nothing any more."""
        self._closed = True

    def settle(self, job: Job, environment: ComputeEnvironment) -> bool:
        """Ask for a task and say whether the job can start now."""
        berth = job.berth = Berth()
        if self._seconds:
            berth.timer = self._clock.call_later(self._seconds, partial(self._ready, job, berth))
            return False
        self._watch(job, berth, environment)
        return True

    def _ready(self, job: Job, berth: Berth) -> None:
        with self._lock:
            environment = job.environment
            if self._closed or job.berth is not berth or environment is None:
                return
            self._watch(job, berth, environment)
            self._start([job])

    def _watch(self, job: Job, berth: Berth, environment: ComputeEnvironment) -> None:
        life = self._fate.life(environment)
        if life is not None:
            berth.timer = self._clock.call_later(life, partial(self._interrupt, job, berth))

    def _interrupt(self, job: Job, berth: Berth) -> None:
        with self._lock:
            if not self._closed and job.berth is berth:
                self._lose(job, INTERRUPTED)
