"""What a job runs, after the definition, the overrides and the parameters were brought together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Platform = Literal["EC2", "FARGATE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTarget:
    """Where a container's output goes in CloudWatch Logs.

    Attributes:
        group: Name of the log group.
        prefix: First part of the stream's name, `prefix/container/task id`.
        create_group: True when the group may be created (`awslogs-create-group`, or Batch's own `/aws/batch/job`).
    """

    group: str
    prefix: str
    create_group: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of a job, shared by all children of an array.

    Attributes:
        name: `default` for a job of a single container.
        image: The image's name as the definition has it.
        command: The command with parameters substituted; empty means the image's own.
        environment: Variables of the definition with the overrides on top.
        secrets: Variable name to the ARN (or parameter name) its value comes from.
        job_role_arn: Role of the program in the container.
        execution_role_arn: Role that pulls the image and reads the secrets.
        vcpus: vCPUs; a fraction only on Fargate.
        memory_mib: Memory limit in MiB.
        gpus: Number of GPUs.
        user: User (and group) inside the container, or None for the image's.
        privileged: True for a privileged container.
        readonly_root_filesystem: True to mount the root file system read-only.
        linux_parameters: The API's `linuxParameters`.
        volumes: The API's `volumes`.
        mount_points: The API's `mountPoints`.
        ulimits: The API's `ulimits`.
        log: Where the output goes.
        platform: What the job was defined for.
        raw: The container as DescribeJobs shows it.
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
    volumes: tuple[Mapping[str, Any], ...]
    mount_points: tuple[Mapping[str, Any], ...]
    ulimits: tuple[Mapping[str, Any], ...]
    log: LogTarget
    platform: Platform
    raw: Mapping[str, Any]
