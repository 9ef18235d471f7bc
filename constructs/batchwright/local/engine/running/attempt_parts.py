"""What an attempt is made of, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

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
    environment = whole.environment
    task_id = job.task_id or ""
    node = None
    if job.whole is not None and nodes is not None:
        node = Node(
            index=job.index or 0, count=len(nodes.tasks), main_index=nodes.main_index, main_address=main_address
        )
    # By place, in the order of its members: a third of the time that it takes by name.
    attempt = Attempt(
        job.id,
        job.arn,
        spec.name,
        job.attempt_number,
        spec.queue.name,
        "" if environment is None else environment.name,
        task_id,
        names.pod_name(task_id)
        if task.shape == "eks"
        else names.task_arn("" if environment is None else environment.cluster, task_id),
        task.containers,
        {**spec.definition.record["tags"], **whole.tags} if spec.propagate_tags else {},
        task.volumes,
        job.index if job.parent is not None else None,
        spec.array_size,
        node,
        whole.network,
        task.ipc_mode,
        task.pid_mode,
        task.host_network,
        task.execute_command,
        task.service_account,
        task.image_pull_secrets,
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


def kept(job: Job, exited: Exit, *, reason: str | None, now: int) -> dict[str, Any]:
    """Return what changes in a job's state because an attempt ended just now: its record, and how it ended."""
    record = _record(job, exited, reason=reason, now=now)
    return {
        "attempts": (*job.state.attempts, record),
        "exit_code": exited.exit_code,
        "reason": exited.reason,
        "containers": exited.containers,
    }


def _record(job: Job, exited: Exit, *, reason: str | None, now: int) -> AttemptRecord:
    state, environment = job.state, (job.whole or job).environment
    record = AttemptRecord(
        state.task_arn or "",
        state.log_stream_name,
        exited.exit_code,
        exited.reason,
        job.attempt_started_at,
        now,
        reason,
        exited.containers,
    )
    if environment is None or environment.platform != "EKS":
        return record
    eks = environment.record["eksConfiguration"]
    namespace = job.task.namespace or eks.get("kubernetesNamespace")
    return record._replace(cluster_arn=eks.get("eksClusterArn"), namespace=namespace)


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
    return attempt._replace(containers=tuple(containers))
