"""Jobs as the API and the events show them."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batchwright.local.engine.states import AttemptRecord, JobState, JobStatus

if TYPE_CHECKING:
    from batchwright.local.engine.jobs import Job
    from batchwright.local.engine.names import Names


def job_detail(job: Job, state: JobState) -> dict[str, Any]:
    """Return the job's entry of DescribeJobs in a given state."""
    spec = job.spec
    detail: dict[str, Any] = {
        "jobArn": job.arn,
        "jobName": spec.name,
        "jobId": job.id,
        "jobQueue": spec.queue.arn,
        "status": str(state.status),
        "attempts": [_attempt(record) for record in state.attempts],
        "createdAt": job.created_at,
        "retryStrategy": dict(spec.retry_record),
        "dependsOn": [dict(entry) for entry in spec.depends_on],
        "jobDefinition": spec.definition.arn,
        "parameters": dict(spec.parameters),
        "container": {**spec.container.raw, **_present(_running(state))},
        "tags": dict(job.tags),
        "propagateTags": spec.propagate_tags,
        "platformCapabilities": list(spec.definition.record["platformCapabilities"]),
        "eksAttempts": [],
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
    }
    return {**detail, **_present(optional)}


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
        "container": _present({"exitCode": state.exit_code, "reason": state.reason}) or None,
        "arrayProperties": _array(job, state),
    }
    return {**summary, **_present(optional)}


def current_state(job: Job) -> JobState:
    """Return the job's state as of now: with its children's counts, and the reason why it cannot start."""
    state = job.state
    if job.counts:
        state = replace(state, summary=tuple(job.counts))
    if reason := stuck_reason(job):
        state = replace(state, status_reason=reason)
    return state


def stuck_reason(job: Job) -> str | None:
    """Say why a RUNNABLE job can never start as things are, or return None.

    The first word is AWS's (https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html).
    """
    if job.status is not JobStatus.RUNNABLE:
        return None
    environments = job.spec.queue.environments
    enabled = [environment for environment in environments if environment.enabled]
    names = ", ".join(environment.name for environment in environments)
    if not enabled:
        return f"MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - every compute environment is DISABLED: {names}"
    if all(job.spec.milli_vcpus > environment.capacity for environment in enabled):
        return (
            f"MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - the job needs {job.spec.container.vcpus:g} vCPUs, "
            f"more than maxvCpus of every enabled compute environment of its queue: {names}"
        )
    return None


def state_change_event(job: Job, state: JobState, *, at: float, names: Names) -> dict[str, Any]:
    """Return the EventBridge event of a transition.

    Its shape is that of https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html.
    """
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Batch Job State Change",
        "source": "aws.batch",
        "account": names.account,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
        "region": names.region,
        "resources": [job.arn],
        "detail": job_detail(job, state),
    }


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _running(state: JobState) -> dict[str, Any]:
    return {
        "exitCode": state.exit_code,
        "reason": state.reason,
        "taskArn": state.task_arn,
        "logStreamName": state.log_stream_name,
    }


def _attempt(record: AttemptRecord) -> dict[str, Any]:
    container: dict[str, Any] = {
        "exitCode": record.exit_code,
        "reason": record.reason,
        "logStreamName": record.log_stream_name,
        "taskArn": record.task_arn,
        "networkInterfaces": [],
    }
    times = {"startedAt": record.started_at, "stoppedAt": record.stopped_at}
    return {"container": _present(container), **_present(times), "statusReason": record.status_reason}


def _array(job: Job, state: JobState) -> dict[str, Any] | None:
    if job.index is not None:
        return {"index": job.index, "statusSummary": {}}
    if state.summary is None:
        return None
    summary = dict(zip((str(status) for status in JobStatus), state.summary, strict=True))
    return {"size": job.spec.array_size, "statusSummary": summary}
