"""What a job runs, after the definition, the overrides and the parameters were brought together."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.tasks.volumes import Mount

Platform = Literal["EC2", "FARGATE", "MANAGED_INSTANCES", "EKS"]


class Condition(StrEnum):
    """What a container waits for in another.

    A condition that can no longer be met, because the other ended otherwise or will never run, means that the waiting
    container never runs.
    """

    START = "START"
    """The other one runs, or ran."""
    COMPLETE = "COMPLETE"
    """The other one ended."""
    SUCCESS = "SUCCESS"
    """The other one ended with code 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerDependency:
    """A container of the same task that another one waits for."""

    name: str
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTarget:
    """Where a container's output goes.

    Attributes:
        group: Name of the log group.
        prefix: First part of the stream's name, `prefix/container/task id`.
        create_group: True when the group may be created (`awslogs-create-group`, or Batch's own `/aws/batch/job`).
        driver: The log driver. With another one than `awslogs` the group is Batch's own, for a runner that has no
            such driver.
        options: The driver's options as the definition has them.
        secret_options: Option name to the ARN (or parameter name) its value comes from.
    """

    group: str
    prefix: str
    create_group: bool
    driver: str = "awslogs"
    options: Mapping[str, str] = field(default_factory=dict)
    secret_options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """Set on the container that receives the output of those whose log driver is `awsfirelens`."""

    kind: Literal["fluentd", "fluentbit"]
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of a job, shared by all children of an array.

    Attributes:
        name: `default` for a job of a single container.
        image: The image's name as the definition has it.
        command: The arguments of the entry point, parameters substituted; empty means the image's own.
        entry_point: What replaces the image's entry point; empty means the image's own.
        environment: Variables of the definition with the overrides on top.
        secrets: Variable name to the ARN (or parameter name) its value comes from.
        job_role_arn: Role of the program in the container.
        execution_role_arn: Role that pulls the image and reads the secrets.
        vcpus: vCPUs that are set aside; a fraction only on Fargate and EKS.
        cpu_limit: vCPUs it never exceeds, None where idle CPU may be used (Fargate never lends any).
        memory_mib: Memory limit in MiB.
        gpus: Number of GPUs.
        user: User (and group) inside the container, or None for the image's.
        privileged: True for a privileged container.
        no_new_privileges: True when its processes may not gain privileges.
        non_root: True when it must not start as the root user.
        readonly_root_filesystem: True to mount the root file system read-only.
        linux_parameters: The API's `linuxParameters`.
        mounts: Where it sees volumes of the task.
        ulimits: The API's `ulimits`.
        log: Where the output goes.
        platform: What the job was defined for.
        raw: The container as DescribeJobs shows it.
        essential: True when its end, or that it can never run, ends the attempt.
        init: True for an init container of a pod. Its order is in the dependencies too.
        depends_on: What must have happened before it starts.
        start_timeout: Seconds after which a dependency counts as not met, None for the runner's own patience.
        stop_timeout: Seconds between SIGTERM and SIGKILL, None for those that `Handle.stop` is given.
        registry_credentials: ARN of the secret with `username` and `password` of a private registry, or None.
        always_pull: True when the image is pulled even if the engine has it.
        never_pull: True when it is not pulled even if the engine has none.
        router: Set when it routes the logs of the others.
    """

    name: str
    image: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    job_role_arn: str | None
    execution_role_arn: str | None
    vcpus: float
    memory_mib: int
    gpus: int
    user: str | None
    privileged: bool
    readonly_root_filesystem: bool
    linux_parameters: Mapping[str, Any]
    mounts: tuple[Mount, ...]
    ulimits: tuple[Mapping[str, Any], ...]
    log: LogTarget
    platform: Platform
    raw: Mapping[str, Any]
    entry_point: tuple[str, ...] = ()
    cpu_limit: float | None = None
    no_new_privileges: bool = False
    non_root: bool = False
    essential: bool = True
    init: bool = False
    depends_on: tuple[ContainerDependency, ...] = ()
    start_timeout: int | None = None
    stop_timeout: int | None = None
    registry_credentials: str | None = None
    always_pull: bool = False
    never_pull: bool = False
    router: Router | None = None


def main_container(containers: tuple[Container, ...]) -> Container:
    """Return the container that speaks for a task: the first essential one, else the first but init containers."""
    for container in containers:
        if container.essential:
            return container
    return next((container for container in containers if not container.init), containers[0])
