"""The line of RUNNABLE jobs in front of a queue's environments: first in, first out."""

from __future__ import annotations

import heapq
from collections import deque
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from batchwright.local.engine.jobs.states import JobStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.engine.jobs.job import Job


class Line(Protocol):
    """The RUNNABLE jobs of one queue, in the order in which they are to be placed.

    Jobs that are no longer RUNNABLE, because they were cancelled, drop out by themselves.
    """

    advanced_at: int
    """When a job left the front last, in milliseconds since the epoch."""

    def push(self, job: Job) -> None:
        """Add a job that became RUNNABLE."""

    def head(self, now: float) -> Job | None:
        """Return the job whose turn it is, or None."""

    def take(self, job: Job, now: float) -> None:
        """Take the head out, which is placed now."""

    def give_back(self, job: Job, now: float) -> None:
        """Note that a job that was taken out no longer holds capacity."""

    def allows(self, job: Job, now: float) -> bool:
        """Say whether the line itself lets its head go, if there is room."""

    def first(self, count: int, now: float) -> list[Job]:
        """Return the jobs in front, in the order in which they would be placed."""


class FifoLine:
    """First in, first out: the oldest submission is first, also when it is tried again."""

    def __init__(self) -> None:
        self._line: deque[Job] = deque()
        # A heap of those that became RUNNABLE after a younger one did.
        self._late: list[tuple[int, Job]] = []
        self.advanced_at = 0

    def push(self, job: Job) -> None:
        """Add a job that became RUNNABLE."""
        if not self._line or self._line[-1].order < job.order:
            self._line.append(job)
        else:
            heapq.heappush(self._late, (job.order, job))

    def head(self, now: float) -> Job | None:  # noqa: ARG002 - the protocol's signature
        """Return the oldest job, or None."""
        line, late = self._line, self._late
        while line and not waits(line[0]):
            line.popleft()
        while late and not waits(late[0][1]):
            heapq.heappop(late)
        if late and not (line and line[0].order < late[0][0]):
            return late[0][1]
        return line[0] if line else None

    def take(self, job: Job, now: float) -> None:
        """Take the head out, which is placed now."""
        if self._line and self._line[0] is job:
            self._line.popleft()
        else:
            heapq.heappop(self._late)
        self.advanced_at = int(now * 1000)

    def give_back(self, job: Job, now: float) -> None:
        """Nothing to note: what jobs used does not count here."""

    def allows(self, job: Job, now: float) -> bool:  # noqa: ARG002 - the protocol's signature
        """Return True."""
        return True

    def first(self, count: int, now: float) -> list[Job]:  # noqa: ARG002 - the protocol's signature
        """Return the oldest jobs."""
        return heapq.nsmallest(count, self)

    def __iter__(self) -> Iterator[Job]:
        return (job for job in chain(self._line, (job for _, job in self._late)) if waits(job))


def waits(job: Job) -> bool:
    """Say whether a job is RUNNABLE and was not given a place yet."""
    return job.state.status is JobStatus.RUNNABLE and job.environment is None
