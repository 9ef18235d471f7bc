"""Jobs as the API and the events show them."""

from __future__ import annotations

import re
import time
import uuid
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.errors import BatchError, not_executed
from batchwright.local.engine.jobs.describing_tasks import pod_attempts, present, task_attempts, what_runs
from batchwright.local.engine.jobs.states import JobState, JobStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.api.names import Names
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.table import JobTable

_MAX_DESCRIBED: Final = 100
# That of a job, with the mark and the index of a child or a node.
_IDENT: Final = re.compile(r"[a-zA-Z_0-9-]{0,128}(?:[:#].*)?")


def describe_jobs(request: Mapping[str, Any], *, jobs: JobTable) -> dict[str, Any]:
    """DescribeJobs. Jobs that do not exist are left out."""
    idents = request["jobs"]
    if not idents:
        raise BatchError("jobs must have at least one entry.")
    if len(idents) > _MAX_DESCRIBED:
        # Source of the words: https://github.com/pegasus-isi/pegasus/issues/2086
        raise not_executed(f"Maximum number of jobs supported is  {_MAX_DESCRIBED} .")
    for ident in idents:
        if not _IDENT.fullmatch(ident.rpartition(":job/")[2]):
            # Source of the words: https://github.com/boto/boto3/issues/1922
            raise BatchError(f"Provided name {ident} is not supported pattern[a-zA-Z_0-9-]{{1,128}}")
    found = (jobs.find(ident) for ident in dict.fromkeys(idents))
    return {"jobs": [job_detail(job, current_state(job)) for job in found if job is not None]}


def job_detail(job: Job, state: JobState) -> dict[str, Any]:
    """Return the job's entry of DescribeJobs in a given state."""
    spec = job.spec
    detail: dict[str, Any] = {
        "jobArn": job.arn,
        "jobName": spec.name,
        "jobId": job.id,
        "jobQueue": spec.queue.arn,
        "status": str(state.status),
        "attempts": task_attempts(job, state),
        "createdAt": job.created_at,
        "retryStrategy": dict(spec.retry_record),
        "dependsOn": [dict(entry) for entry in spec.depends_on],
        "jobDefinition": spec.definition.arn,
        "parameters": dict(spec.parameters),
        "tags": dict((job.whole or job).tags),
        "propagateTags": spec.propagate_tags,
        "platformCapabilities": list(spec.definition.record.get("platformCapabilities", ())),
        "eksAttempts": pod_attempts(job, state),
        "isCancelled": state.is_cancelled,
        "isTerminated": state.is_terminated,
    }
    if spec.timeout_seconds is not None:
        detail["timeout"] = {"attemptDurationSeconds": spec.timeout_seconds}
    optional = {
        "statusReason": state.status_reason,
        "startedAt": state.started_at,
        "stoppedAt": state.stopped_at,
        "shareIdentifier": spec.share_identifier,
        "schedulingPriority": spec.scheduling_priority,
        "arrayProperties": _array(job, state),
        "nodeProperties": spec.nodes.raw if spec.nodes is not None and job.whole is None else None,
        "nodeDetails": None if job.whole is None else {"nodeIndex": job.index, "isMainNode": job.is_main_node},
        "consumableResourceProperties": spec.needs_record,
    }
    return {**detail, **what_runs(job, state), **present(optional)}


def job_summary(job: Job) -> dict[str, Any]:
    """Return the job's entry of ListJobs."""
    state = current_state(job)
    summary = {
        "jobArn": job.arn,
        "jobId": job.id,
        "jobName": job.spec.name,
        "createdAt": job.created_at,
        "status": str(state.status),
        "jobDefinition": job.spec.definition.arn,
        "isCancelled": state.is_cancelled,
        "isTerminated": state.is_terminated,
    }
    optional = {
        "statusReason": state.status_reason,
        "startedAt": state.started_at,
        "stoppedAt": state.stopped_at,
        "shareIdentifier": job.spec.share_identifier,
        "container": present({"exitCode": state.exit_code, "reason": state.reason}) or None,
        "arrayProperties": _array(job, state),
        "nodeProperties": _node_summary(job),
    }
    return {**summary, **present(optional)}


def current_state(job: Job) -> JobState:
    """Return the job's state as of now: with its children's counts, and the reason why it cannot start."""
    state = job.state
    if job.counts:
        state = state.changed(summary=tuple(job.counts))
    stuck = (job.whole or job).stuck
    if stuck and state.status is JobStatus.RUNNABLE:
        state = state.changed(status_reason=stuck)
    return state


def state_change_event(job: Job, state: JobState, at: float, names: Names) -> dict[str, Any]:
    """Return the EventBridge event of a transition.

    Its shape is that of https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html.
    """
    return _event("Batch Job State Change", [job.arn], job_detail(job, state), at, names)


def queue_blocked_event(job: Job, state: JobState, at: float, names: Names) -> dict[str, Any]:
    """Return the EventBridge event of a job that blocks its queue; the state has the reason.

    Its shape is that of https://docs.aws.amazon.com/batch/latest/userguide/batch-job-queue-blocked-events.html.
    """
    return _event("Batch Job Queue Blocked", [job.arn, job.spec.queue.arn], job_detail(job, state), at, names)


def _event(kind: str, resources: list[str], detail: dict[str, Any], at: float, names: Names) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": kind,
        "source": "aws.batch",
        "account": names.account,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
        "region": names.region,
        "resources": resources,
        "detail": detail,
    }


def _array(job: Job, state: JobState) -> dict[str, Any] | None:
    if job.parent is not None:
        return {"index": job.index, "statusSummary": {}}
    if state.summary is None:
        return None
    summary = dict(zip((str(status) for status in JobStatus), state.summary, strict=True))
    return {"size": job.spec.array_size, "statusSummary": summary}


def _node_summary(job: Job) -> dict[str, Any] | None:
    nodes = job.spec.nodes
    if nodes is None:
        return None
    if job.whole is None:
        return {"numNodes": len(nodes.tasks)}
    return {"isMainNode": job.is_main_node, "nodeIndex": job.index, "numNodes": len(nodes.tasks)}
