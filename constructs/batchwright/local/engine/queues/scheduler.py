"""Decides which RUNNABLE job goes where, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.queues.job_queue import JobQueue


class Scheduler:
    """Queues by priority, jobs in the order of their queue's line, environments in the queue's order.

    As on AWS the job at the head of a queue holds back those behind it until it fits, and until the consumable
    resources that it needs are there: one pass looks at the heads only, so its cost does not grow with the number of
    waiting jobs. Of queues with the same priority the one whose head is older comes first. A multi-node parallel job
    is placed as a whole. Not thread-safe: the engine's lock guards it.

    Args:
        max_running: Most attempts placed at once, or None.
        now: Returns the time in seconds.
    """

    def __init__(self, *, max_running: int | None, now: Callable[[], float]) -> None:
        self._max_running = max_running
        self._now = now
        # By identity: a queue of the same name may follow one that was deleted.
        self._queues: dict[int, JobQueue] = {}
        self._heads: list[tuple[JobQueue, Job]] = []
        self.running = 0

    def enqueue(self, job: Job) -> None:
        """Add a job that became RUNNABLE. One that is tried again keeps its place."""
        queue = job.spec.queue
        queue.line.push(job)
        self._queues[id(queue)] = queue

    def put_back(self, job: Job, environment: ComputeEnvironment | None) -> None:
        """Add a RUNNABLE job that an archive had, or one that had a place, before any that waits."""
        line = job.spec.queue.line
        advanced_at = line.advanced_at
        self.enqueue(job)
        if environment is not None:
            line.take(job, self._now())
            line.advanced_at = advanced_at
            self._take(job, environment)

    def place(self) -> list[Job]:
        """Take capacity for every job that can start now and return these jobs, in order."""
        placed: list[Job] = []
        self._heads = []
        now = self._now()
        for queues in self._by_priority():
            while len(queues) > 1:
                queue = min(queues, key=lambda each: _age(each, now))
                if not self._place_head(queue, now, placed):
                    queues.remove(queue)
            while queues and self._place_head(queues[0], now, placed):
                pass
        return placed

    def blocked(self) -> Iterator[tuple[JobQueue, Job]]:
        """Return the queues in which jobs waited when `place` was done, with the job at the head."""
        return iter(self._heads)

    def free(self, job: Job) -> None:
        """Give back the capacity that a job took. Does nothing for a job that holds none."""
        if job.environment is not None:
            spec = job.spec
            job.environment.remove(job)
            job.environment = None
            self.running -= spec.attempts_at_once
            spec.queue.used -= spec.milli_vcpus
            spec.queue.line.give_back(job, self._now())

    def release(self, job: Job) -> None:
        """Give back capacity and consumable resources of a job that ended.

        Between its attempts a job keeps the resources: they are locked from STARTING to SUCCEEDED or FAILED
        (https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling-how-to-for-jobs.html).
        """
        self.free(job)
        if job.holds:
            job.holds = False
            for resource, quantity in job.spec.needs:
                resource.give_back(quantity)

    def _by_priority(self) -> list[list[JobQueue]]:
        queues = list(self._queues.values())
        if len(queues) == 1:
            return [queues]
        groups: dict[int, list[JobQueue]] = {}
        for queue in queues:
            groups.setdefault(queue.priority, []).append(queue)
        return [groups[priority] for priority in sorted(groups, reverse=True)]

    def _place_head(self, queue: JobQueue, now: float, placed: list[Job]) -> bool:
        job = queue.line.head(now)
        if job is None:
            del self._queues[id(queue)]
            return False
        environment = self._fitting(job)
        if environment is None or not queue.line.allows(job, now):
            self._heads.append((queue, job))
            return False
        queue.line.take(job, now)
        self._take(job, environment)
        placed.append(job)
        return True

    def _take(self, job: Job, environment: ComputeEnvironment) -> None:
        spec = job.spec
        environment.put(job)
        spec.queue.used += spec.milli_vcpus
        job.environment = environment
        self.running += spec.attempts_at_once
        if spec.needs and not job.holds:
            job.holds = True
            for resource, quantity in spec.needs:
                resource.take(quantity)

    def _fitting(self, job: Job) -> ComputeEnvironment | None:
        spec = job.spec
        # A job of more nodes than the guard allows at once runs alone rather than never.
        if self._max_running is not None and self.running and self.running + spec.attempts_at_once > self._max_running:
            return None
        if spec.needs and not job.holds and any(resource.available < quantity for resource, quantity in spec.needs):
            return None
        for environment in spec.queue.environments:
            if environment.fits(spec):
                return environment
        return None


def _age(queue: JobQueue, now: float) -> float:
    job = queue.line.head(now)
    return float("inf") if job is None else job.order
