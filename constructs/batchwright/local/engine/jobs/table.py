"""All jobs, by id and by queue, and when they are forgotten."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.limits import EngineLimits
    from batchwright.local.engine.queues.job_queue import JobQueue


class JobTable:
    """The jobs of an engine, those that ended too until they are forgotten. The engine's lock guards it.

    Children and nodes are found through the job that they are part of, and are forgotten with it.

    Args:
        limits: How long, and how many, jobs are kept after their end.
    """

    def __init__(self, *, limits: EngineLimits) -> None:
        self._limits = limits
        self._by_id: dict[str, Job] = {}
        self._by_queue: dict[str, dict[int, Job]] = {}
        self._ended: deque[tuple[int, Job]] = deque()
        self._ended_count = 0

    def add(self, job: Job) -> None:
        """Add a job with its children or nodes."""
        self._by_queue.setdefault(job.spec.queue.arn, {})[job.order] = job
        self._by_id[job.id] = job

    def ended(self, job: Job) -> None:
        """Note that a job ended: it is forgotten when its time is over, or when too many ended after it."""
        if job.parent is not None or job.whole is not None:
            return
        now = job.state.stopped_at or 0
        self._ended.append((now, job))
        self._ended_count += _size(job)
        # The one that just ended stays: whoever waits for it has not looked yet.
        self._forget(now, least=1)

    def forget(self, now: float) -> None:
        """Forget the jobs whose time is over, in seconds since the epoch."""
        if self._ended:
            self._forget(int(now * 1000), least=0)

    def get(self, ident: str) -> Job | None:
        """Return the job with this id, or None."""
        found = self._by_id.get(ident)
        if found is not None:
            return found
        mark = ":" if ":" in ident else "#"
        base, _, index = ident.partition(mark)
        whole = self._by_id.get(base)
        if whole is None or not index.isdecimal() or str(int(index)) != index:
            return None
        parts: Sequence[Job] = whole.children if mark == ":" else whole.nodes
        return parts[int(index)] if int(index) < len(parts) else None

    def find(self, ident: str) -> Job | None:
        """Return the job with this id or ARN, or None."""
        return self.get(ident.rpartition(":job/")[2])

    def of_queue(self, queue: JobQueue) -> dict[int, Job]:
        """Return the jobs that were submitted to a queue, by their number, without the children of arrays."""
        return self._by_queue.get(queue.arn, {})

    def drop_queue(self, queue: JobQueue) -> list[Job]:
        """Return the jobs of a queue and no longer list them: a queue of the same name may follow."""
        return list(self._by_queue.pop(queue.arn, {}).values())

    def whole(self) -> list[Job]:
        """Return the jobs without the children of arrays and without nodes."""
        return list(self._by_id.values())

    def __iter__(self) -> Iterator[Job]:
        for job in self._by_id.values():
            yield job
            yield from job.children
            yield from job.nodes

    def _forget(self, now: int, *, least: int) -> None:
        seconds, most = self._limits.keep_finished_seconds, self._limits.keep_finished_jobs
        while len(self._ended) > least:
            at, job = self._ended[0]
            old = seconds is not None and now - at > seconds * 1000
            if not old and (most is None or self._ended_count <= most or len(self._ended) == 1):
                return
            self._ended.popleft()
            self._ended_count -= _size(job)
            self._drop(job)

    def _drop(self, job: Job) -> None:
        del self._by_id[job.id]
        listed = self._by_queue.get(job.spec.queue.arn)
        if listed is not None:
            listed.pop(job.order, None)
        # Without the way back no collector is needed to free them.
        job.children = ()
        job.nodes = ()


def _size(job: Job) -> int:
    return 1 + len(job.children) + len(job.nodes)
