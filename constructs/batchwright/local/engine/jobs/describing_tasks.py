"""What a job runs, and its attempts, as DescribeJobs shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.states import AttemptRecord, JobState
    from batchwright.local.engine.runner import ContainerExit
    from batchwright.local.engine.tasks.container import Container


def present(members: dict[str, Any]) -> dict[str, Any]:
    """Return the members that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def what_runs(job: Job, state: JobState) -> dict[str, Any]:
    """Return `container`, `ecsProperties` or `eksProperties`; of a multi-node parallel job its nodes show them."""
    if job.spec.nodes is not None and job.whole is None:
        return {}
    task = job.task
    if task.shape == "container":
        running = {
            "exitCode": state.exit_code,
            "reason": state.reason,
            "taskArn": state.task_arn,
            "logStreamName": state.log_stream_name,
        }
        return {"container": {**task.raw, **present(running)}}
    if task.shape == "ecs":
        containers = [
            {
                **one.raw,
                **_log(one, state.task_arn, state.log_stream_name),
                **_end(_of(one, state.containers)),
                **_NO_NETWORK,
            }
            for one in task.containers
        ]
        shown = {**task.raw, "containers": containers, **present({"taskArn": state.task_arn})}
        return {"ecsProperties": {"taskProperties": [shown]}}
    pod = {
        **task.raw,
        "containers": [_pod_container(one, state) for one in task.containers if not one.init],
        "initContainers": [_pod_container(one, state) for one in task.containers if one.init],
        **present({"podName": state.task_arn}),
    }
    return {"eksProperties": {"podProperties": pod}}


def task_attempts(job: Job, state: JobState) -> list[dict[str, Any]]:
    """Return the attempts of a job on ECS; a pod has its own list."""
    if job.task.shape == "eks":
        return []
    return [_task_attempt(job, record) for record in state.attempts]


def pod_attempts(job: Job, state: JobState) -> list[dict[str, Any]]:
    """Return the attempts of a job on EKS."""
    if job.task.shape != "eks":
        return []
    return [_pod_attempt(job, record) for record in state.attempts]


_NO_NETWORK: dict[str, Any] = {"networkInterfaces": []}


def _of(container: Container, exits: tuple[ContainerExit, ...]) -> ContainerExit | None:
    return next((one for one in exits if one.name == container.name), None)


def _end(exited: ContainerExit | None) -> dict[str, Any]:
    return {} if exited is None else present({"exitCode": exited.exit_code, "reason": exited.reason})


def _log(container: Container, task_arn: str | None, main_stream: str | None) -> dict[str, Any]:
    """Return a container's stream, which is named like that of the main one."""
    if main_stream is None or task_arn is None or container.log.driver != "awslogs":
        return {}
    task_id = task_arn.rpartition("/")[2]
    return {"logStreamName": f"{container.log.prefix}/{container.name}/{task_id}"}


def _pod_container(container: Container, state: JobState) -> dict[str, Any]:
    return {**container.raw, **_end(_of(container, state.containers))}


def _task_attempt(job: Job, record: AttemptRecord) -> dict[str, Any]:
    times = {"startedAt": record.started_at, "stoppedAt": record.stopped_at, "statusReason": record.status_reason}
    if job.task.shape == "ecs":
        containers = [
            {
                "name": one.name,
                **_end(_of(one, record.containers)),
                **_log(one, record.task_arn, record.log_stream_name),
                **_NO_NETWORK,
            }
            for one in job.task.containers
        ]
        task = {"taskArn": record.task_arn, "containers": containers}
        return {"container": dict(_NO_NETWORK), "taskProperties": [task], **present(times)}
    container = {
        "exitCode": record.exit_code,
        "reason": record.reason,
        "logStreamName": record.log_stream_name,
        "taskArn": record.task_arn,
        **_NO_NETWORK,
    }
    return {"container": present(container), **present(times)}


def _pod_attempt(job: Job, record: AttemptRecord) -> dict[str, Any]:
    ends = {
        member: [
            {"name": one.name, **_end(_of(one, record.containers))} for one in job.task.containers if one.init is init
        ]
        for member, init in (("containers", False), ("initContainers", True))
    }
    optional = {
        "eksClusterArn": record.cluster_arn,
        "podName": record.task_arn,
        "podNamespace": record.namespace,
        "startedAt": record.started_at,
        "stoppedAt": record.stopped_at,
        "statusReason": record.status_reason,
    }
    return {**ends, **present(optional)}
