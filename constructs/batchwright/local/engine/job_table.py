"""All jobs, by id and by queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.engine.jobs import Job
    from batchwright.local.engine.queues import JobQueue


class JobTable:
    """The jobs of an engine, those that ended too. Not thread-safe: the engine's lock guards it."""

    def __init__(self) -> None:
        self._by_id: dict[str, Job] = {}
        self._by_queue: dict[str, list[Job]] = {}

    def add(self, job: Job) -> None:
        """Add a job and its children."""
        self._by_queue.setdefault(job.spec.queue.arn, []).append(job)
        for one in (job, *job.children):
            self._by_id[one.id] = one

    def get(self, ident: str) -> Job | None:
        """Return the job with this id, or None."""
        return self._by_id.get(ident)

    def find(self, ident: str) -> Job | None:
        """Return the job with this id or ARN, or None."""
        return self._by_id.get(ident.rpartition(":job/")[2])

    def of_queue(self, queue: JobQueue) -> list[Job]:
        """Return the jobs that were submitted to a queue, in order, without the children of arrays."""
        return self._by_queue.get(queue.arn, [])

    def drop_queue(self, queue: JobQueue) -> list[Job]:
        """Return the jobs of a queue and no longer list them: a queue of the same name may follow."""
        return self._by_queue.pop(queue.arn, [])

    def __iter__(self) -> Iterator[Job]:
        return iter(self._by_id.values())
