"""Decides which RUNNABLE job goes where, and when."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from batchwright.local.engine.states import JobStatus

if TYPE_CHECKING:
    from batchwright.local.engine.environments import ComputeEnvironment
    from batchwright.local.engine.jobs import Job


class Scheduler:
    """First in, first out in each queue; queues by priority; environments in the queue's order.

    As on AWS the job at the head of a queue holds back those behind it until it fits: one pass looks at the heads
    only, so its cost does not grow with the number of waiting jobs. Not thread-safe: the engine's lock guards it.

    Args:
        max_running: Most jobs placed at once, or None.
    """

    def __init__(self, *, max_running: int | None) -> None:
        self._max_running = max_running
        self._lines: dict[str, list[tuple[int, Job]]] = {}
        self.running = 0

    def enqueue(self, job: Job) -> None:
        """Add a job that became RUNNABLE. One that is tried again keeps its place."""
        heapq.heappush(self._lines.setdefault(job.spec.queue.arn, []), (job.order, job))

    def place(self) -> list[Job]:
        """Take capacity for every job that can start now and return these jobs, in order."""
        placed: list[Job] = []
        heads = {arn: job for arn, line in self._lines.items() if (job := _head(line)) is not None}
        for arn in sorted(heads, key=lambda arn: -heads[arn].spec.queue.priority):
            line = self._lines[arn]
            while (job := _head(line)) is not None:
                environment = self._fitting(job)
                if environment is None:
                    break
                heapq.heappop(line)
                environment.used += job.spec.milli_vcpus
                job.environment = environment
                self.running += 1
                placed.append(job)
        self._lines = {arn: line for arn, line in self._lines.items() if line}
        return placed

    def free(self, job: Job) -> None:
        """Give back what a job took. Does nothing for a job that holds nothing."""
        if job.environment is not None:
            job.environment.used -= job.spec.milli_vcpus
            job.environment = None
            self.running -= 1

    def _fitting(self, job: Job) -> ComputeEnvironment | None:
        if self._max_running is not None and self.running >= self._max_running:
            return None
        return next((e for e in job.spec.queue.environments if e.fits(job.spec.milli_vcpus)), None)


def _head(line: list[tuple[int, Job]]) -> Job | None:
    # Jobs that were cancelled stay in the heap until they come up.
    while line and line[0][1].status is not JobStatus.RUNNABLE:
        heapq.heappop(line)
    return line[0][1] if line else None
