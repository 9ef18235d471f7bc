"""The jobs that an execution submitted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.executions.execution import JobRun
from batchwright.local.executions.job_output import JobOutput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_MOST_FAILURES: Final = 10
_MOST_DESCRIBED: Final = 100
"""Of one DescribeJobs: https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html."""


class JobRuns:
    """Finds the jobs of executions, and what they wrote.

    Args:
        client: Makes the boto3 client of a service.
    """

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def now(self, execution: str) -> list[JobRun]:
        """Return the jobs that the execution itself submitted, as they are; without what they wrote."""
        return [_run(job) for job in self._describe(list(self._submitted(execution)))]

    def all(self, execution: str) -> list[JobRun]:
        """Return its jobs with what they wrote, failed children of arrays, and those of failed map iterations."""
        found: list[JobRun] = []
        for each in (execution, *self._failed_iterations(execution)):
            for job in self._describe(list(self._submitted(each))):
                found += [self._with_output(job), *map(self._with_output, self._failed_children(job))]
        return found

    def _submitted(self, execution: str) -> Iterator[str]:
        """Read the ids from the history."""
        pages = self._client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution)
        for page in pages:
            for event in page["events"]:
                details = event.get("taskSubmittedEventDetails") or event.get("taskSucceededEventDetails") or {}
                wanted = (event["type"], details.get("resourceType")) in {
                    ("TaskSubmitted", "batch"),
                    ("TaskSucceeded", "aws-sdk:batch"),
                }
                if wanted and "submitJob" in details.get("resource", "") and "output" in details:
                    yield json.loads(details["output"])["JobId"]

    def _failed_iterations(self, execution: str) -> Iterator[str]:
        machines = self._client("stepfunctions")
        for map_run in machines.list_map_runs(executionArn=execution)["mapRuns"]:
            yield from (
                child["executionArn"]
                for child in machines.list_executions(
                    mapRunArn=map_run["mapRunArn"], statusFilter="FAILED", maxResults=_MOST_FAILURES
                )["executions"]
            )

    def _describe(self, ids: list[str]) -> Iterator[dict[str, Any]]:
        batch = self._client("batch")
        for start in range(0, len(ids), _MOST_DESCRIBED):
            yield from batch.describe_jobs(jobs=ids[start : start + _MOST_DESCRIBED])["jobs"]

    def _failed_children(self, job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Describe the children of an array that failed, or its failed nodes."""
        parent = {"arrayJobId": job["jobId"]} if _is_array(job) else {"multiNodeJobId": job["jobId"]}
        if job["status"] != "FAILED" or not (_is_array(job) or _has_nodes(job)):
            return
        summaries = self._client("batch").list_jobs(**parent, jobStatus="FAILED", maxResults=_MOST_FAILURES)
        yield from self._describe([summary["jobId"] for summary in summaries["jobSummaryList"]])

    def _with_output(self, job: Mapping[str, Any]) -> JobRun:
        return _run(job, tuple(JobOutput(self._client("logs")).new_lines(job)))


def _is_array(job: Mapping[str, Any]) -> bool:
    return bool(job.get("arrayProperties", {}).get("size"))


def _has_nodes(job: Mapping[str, Any]) -> bool:
    return "numNodes" in job.get("nodeProperties", {})


def _run(job: Mapping[str, Any], output: tuple[str, ...] = ()) -> JobRun:
    container = job.get("container", {})
    code = container.get("exitCode")
    parts = (job.get("statusReason"), container.get("reason"), f"exit code {code}" if code else None)
    summary = job.get("arrayProperties", {}).get("statusSummary", {}) if _is_array(job) else {}
    return JobRun(
        job_id=job["jobId"],
        name=job["jobName"],
        status=job["status"],
        reason=": ".join(part for part in parts if part),
        children={state: count for state, count in summary.items() if count},
        output=output,
    )
