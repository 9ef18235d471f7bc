"""Tasks on simulated Fargate: each takes a while to come up, and on Spot may be taken back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from batchwright.local.engine.cloud.hosts import Berth

if TYPE_CHECKING:
    from batchwright.local.engine.cloud.surroundings import Surroundings
    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.jobs.job import Job, JobSpec

# Source: https://github.com/nextflow-io/nextflow/issues/5786
INTERRUPTED: Final = "Your Spot Task was interrupted."


class FargateTasks:
    """The tasks of the jobs of one environment. They are `Hosts` to it: one for each job.

    Args:
        environment: Whose jobs they are of.
        around: Time, chance, and who starts jobs.
    """

    def __init__(self, environment: ComputeEnvironment, around: Surroundings) -> None:
        self._environment = environment
        self._around = around

    def could_hold(self, spec: JobSpec) -> bool:  # noqa: ARG002 - the protocol's signature
        """Return True."""
        return True

    def have_room(self, spec: JobSpec) -> bool:  # noqa: ARG002 - the protocol's signature
        """Return True: only vCPUs are limited."""
        return True

    def take(self, job: Job) -> None:
        """Ask for a job's task."""
        berth = job.berth = Berth()
        seconds = self._around.cloud.task_seconds
        if seconds:
            berth.comes_up = True
            berth.timer = self._around.clock.call_later(seconds, partial(self._up, job, berth))
        else:
            self._watch(job, berth)

    def release(self, job: Job) -> None:
        """End a job's task."""
        berth, job.berth = job.berth, None
        if berth is not None and berth.timer is not None:
            berth.timer.cancel()

    def _up(self, job: Job, berth: Berth) -> None:
        with self._around.lock:
            if not self._around.closed and job.berth is berth:
                berth.comes_up = False
                self._watch(job, berth)
                self._around.start([job])

    def _watch(self, job: Job, berth: Berth) -> None:
        life = self._around.fate.life(self._environment)
        if life is not None:
            berth.timer = self._around.clock.call_later(life, partial(self._interrupt, job, berth))

    def _interrupt(self, job: Job, berth: Berth) -> None:
        with self._around.lock:
            if not self._around.closed and job.berth is berth:
                self._around.lose(job, INTERRUPTED)
