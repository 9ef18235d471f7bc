"""CancelJob and TerminateJob, for one job and for many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.jobs.table import JobTable
    from batchwright.local.engine.queues.job_queue import JobQueue
    from batchwright.local.engine.running.lifecycle import Lifecycle

_MAX_STOPPED: Final = 50
_MAX_REASON: Final = 1_024


class Stopping:
    """Ends jobs on request.

    Args:
        jobs: Where a job is looked up.
        lifecycle: Ends it.
    """

    def __init__(self, *, jobs: JobTable, lifecycle: Lifecycle) -> None:
        self._jobs = jobs
        self._lifecycle = lifecycle

    def stop(self, request: Mapping[str, Any], *, cancel: bool) -> dict[str, Any]:
        """CancelJob or TerminateJob. A job that does not exist, or has ended, is no error."""
        self._stop(request["jobId"], _reason(request), cancel=cancel)
        return {}

    def stop_many(self, request: Mapping[str, Any], *, cancel: bool) -> dict[str, Any]:
        """CancelJobs or TerminateJobs."""
        idents, reason = request["jobs"], _reason(request)
        if not 1 <= len(idents) <= _MAX_STOPPED:
            raise BatchError(f"jobs must have 1 to {_MAX_STOPPED} entries, but has {len(idents)}.")
        for ident in idents:
            self._stop(ident, reason, cancel=cancel)
        return {"successful": list(idents), "errors": []}

    def drain(self, queue: JobQueue) -> None:
        """Terminate all jobs of a queue that is deleted."""
        for job in self._jobs.drop_queue(queue):
            self._lifecycle.stop(job, f"JobQueue {queue.name} was deleted", cancel=False)

    def _stop(self, ident: str, reason: str, *, cancel: bool) -> None:
        job = self._jobs.get(ident)
        if job is not None:
            self._lifecycle.stop(job, reason, cancel=cancel)


def _reason(request: Mapping[str, Any]) -> str:
    reason = str(request["reason"])
    if not 1 <= len(reason) <= _MAX_REASON:
        raise BatchError(f"reason must have 1 to {_MAX_REASON} characters, but has {len(reason)}.")
    return reason
