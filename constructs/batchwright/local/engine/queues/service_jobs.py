"""Service jobs: refused in the API's own words where they would train, and none to be found elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.api.records import RecordStore
    from batchwright.local.engine.queues.job_queue import JobQueue


class ServiceJobs:
    """The operations on service jobs.

    Args:
        queues: Where a queue is looked up.
    """

    def __init__(self, *, queues: RecordStore[JobQueue]) -> None:
        self._queues = queues

    def submit(self, request: Mapping[str, Any]) -> NoReturn:
        """SubmitServiceJob: refused, as nothing here trains."""
        queue = self._queues.get(request["jobQueue"])
        if not queue.services:
            raise BatchError(f"JobQueue {queue.name} has no service environment and does not accept service jobs.")
        raise BatchError(
            f"SubmitServiceJob: the local AWS has no SageMaker, so JobQueue {queue.name} accepts no jobs. Its service "
            "environments, quota shares and scheduling policies are real records."
        )

    def list(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ListServiceJobs: none."""
        self._queues.get(request.get("jobQueue", ""))
        return {"jobSummaryList": []}

    def missing(self, request: Mapping[str, Any]) -> NoReturn:
        """DescribeServiceJob, UpdateServiceJob and TerminateServiceJob: there is no such job."""
        raise BatchError(f"Service job {request['jobId']} does not exist.")

    def terminate_many(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """TerminateServiceJobs: jobs that cannot be found count as successful."""
        return {"successful": list(request["jobs"]), "errors": []}
