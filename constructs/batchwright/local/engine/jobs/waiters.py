"""Threads that wait for the ends of jobs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.table import JobTable


class Waiters:
    """Who waits for which job.

    Args:
        lock: The engine's lock.
        jobs: Where a job is looked up.
    """

    def __init__(self, *, lock: threading.RLock, jobs: JobTable) -> None:
        self._lock = lock
        self._jobs = jobs
        self._waiting: dict[str, list[threading.Event]] = {}

    def wait(self, job_id: str, timeout: float | None) -> Job | None:
        """Block until a job ended and return it, or None when the time is up. Must be called without the lock."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                raise BatchError(f"Job {job_id} does not exist.")
            if job.status.terminal:
                return job
            ended = threading.Event()
            self._waiting.setdefault(job_id, []).append(ended)
        if ended.wait(timeout):
            return job
        with self._lock:
            if ended in self._waiting.get(job_id, ()):
                self._waiting[job_id].remove(ended)
        return None

    def tell(self, job: Job) -> None:
        """Wake who waits for a job. Needs the lock."""
        if not self._waiting:
            return
        for ended in self._waiting.pop(job.id, ()):
            ended.set()
