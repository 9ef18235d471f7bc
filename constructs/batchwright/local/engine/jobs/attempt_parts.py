"""What an attempt is made of, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from batchwright.local.engine.jobs.states import AttemptRecord
from batchwright.local.engine.runner import Attempt, ContainerExit, Exit, Node
from batchwright.local.engine.tasks.pods import expanded

if TYPE_CHECKING:
    from batchwright.local.engine.api.names import Names
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.tasks.task import Task

POD_FAILED: Final = "Pod failed: a container ended with an exit code other than 0, or never ran"
_ECS_REASON: Final = Exit(exit_code=None).status_reason


def make_attempt(job: Job, *, names: Names, main_address: str | None) -> Attempt:
    """Return the attempt of a placed job, or of a node of one, whose `task_id` was just set."""
    spec, task, whole, nodes = job.spec, job.task, job.whole or job, job.spec.nodes
    task_id = job.task_id or ""
    node = None
    if job.whole is not None and nodes is not None:
        node = Node(
            index=job.index or 0, count=len(nodes.tasks), main_index=nodes.main_index, main_address=main_address
        )
    attempt = Attempt(
        job_id=job.id,
        job_arn=job.arn,
        job_name=spec.name,
        number=job.attempt_number,
        queue_name=spec.queue.name,
        environment_name=whole.environment.name if whole.environment else "",
        task_id=task_id,
        task_arn=names.pod_name(task_id) if task.shape == "eks" else names.task_arn(task_id),
        containers=task.containers,
        volumes=task.volumes,
        array_index=job.index if job.parent is not None else None,
        array_size=spec.array_size,
        node=node,
        network=whole.network,
        ipc_mode=task.ipc_mode,
        pid_mode=task.pid_mode,
        host_network=task.host_network,
        execute_command=task.execute_command,
        service_account=task.service_account,
        image_pull_secrets=task.image_pull_secrets,
        tags={**spec.definition.record["tags"], **whole.tags} if spec.propagate_tags else {},
    )
    return _with_variables(attempt) if task.shape == "eks" else attempt


def judged(task: Task, exited: Exit) -> Exit:
    """Return an attempt's end with that of each container, where there are more, and of a pod of the one that failed.

    A pod succeeds when all of its containers do. An ECS task ends as its essential container did, as the runner says.
    """
    if task.shape == "container":
        return exited
    containers = exited.containers
    if not containers:
        containers = (ContainerExit(name=task.main.name, exit_code=exited.exit_code, reason=exited.reason),)
    if task.shape == "ecs":
        return replace(exited, containers=containers)
    status_reason = None if exited.status_reason == _ECS_REASON else exited.status_reason
    failed = next((one for one in containers if one.exit_code), None)
    failed = failed or next((one for one in containers if one.exit_code is None), None)
    if failed is None:
        return replace(exited, exit_code=0, containers=containers, status_reason=status_reason or "")
    return Exit(
        exit_code=failed.exit_code,
        reason=failed.reason or exited.reason,
        status_reason=status_reason or POD_FAILED,
        containers=containers,
    )


def keep_record(job: Job, exited: Exit, *, reason: str | None, now: int) -> None:
    """Add to a job's state what is kept of an attempt that ended just now."""
    record = _record(job, exited, reason=reason, now=now)
    job.state = job.state.changed(
        attempts=(*job.state.attempts, record),
        exit_code=exited.exit_code,
        reason=exited.reason,
        containers=exited.containers,
    )


def _record(job: Job, exited: Exit, *, reason: str | None, now: int) -> AttemptRecord:
    whole = job.whole or job
    eks = whole.environment.record.get("eksConfiguration", {}) if whole.environment else {}
    return AttemptRecord(
        task_arn=job.state.task_arn or "",
        log_stream_name=job.state.log_stream_name,
        exit_code=exited.exit_code,
        reason=exited.reason,
        started_at=job.attempt_started_at,
        stopped_at=now,
        status_reason=reason,
        containers=exited.containers,
        cluster_arn=eks.get("eksClusterArn"),
        namespace=job.task.namespace or eks.get("kubernetesNamespace"),
    )


def _with_variables(attempt: Attempt) -> Attempt:
    if not any("$" in text for c in attempt.containers for text in (*c.entry_point, *c.command)):
        return attempt
    containers = []
    for container in attempt.containers:
        known = attempt.environment(container)
        containers.append(
            replace(
                container,
                entry_point=expanded(container.entry_point, known),
                command=expanded(container.command, known),
            )
        )
    return replace(attempt, containers=tuple(containers))
