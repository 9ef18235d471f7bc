"""Renders containers of jobs on ECS: the one place that knows how EC2, Fargate and Managed Instances differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Aws, Size
from aws_cdk import aws_batch as batch

from batchwright.jobs import defaults
from batchwright.jobs.containers.linux_parameters import LinuxParameters
from batchwright.jobs.containers.secrets import render_secrets
from batchwright.jobs.containers.security import ContainerSecurity
from batchwright.jobs.storage.volumes import render_volumes
from batchwright.model import Architecture, Platform
from batchwright.model.windows import OperatingSystem
from batchwright.tokens import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_logs as logs

    from batchwright.contracts import Queue
    from batchwright.jobs.containers.container import ContainerSpec
    from batchwright.jobs.containers.log_driver import ContainerLog
    from batchwright.jobs.storage.volumes import Volume

_CPU_ARCHITECTURE: Final = {Architecture.X86_64: "X86_64", Architecture.ARM64: "ARM64"}
_NO_LINUX: Final = LinuxParameters()
_NO_SECURITY: Final = ContainerSecurity()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSettings:
    """What the containers of one task share.

    Attributes:
        platform: EC2, Fargate or Managed Instances.
        job_role: The programs' role.
        execution_role: The role that pulls images, reads secrets and writes logs.
        log_group: Where their output goes; None with another log driver than `awslogs`.
        public_ip: Whether a task on Fargate gets a public address.
        architecture: The images' architecture; None for images of several.
        operating_system: The images' operating system.
        volumes: Names of the volumes; `volume_names` makes them.
        ephemeral_storage: Disk of a task on Fargate; its 20 GiB by default.
        execute_command: Whether ECS Exec may open a shell in the containers.
    """

    platform: Platform
    job_role: iam.IRole
    execution_role: iam.IRole
    log_group: logs.ILogGroup | None = None
    public_ip: bool = False
    architecture: Architecture | None = None
    operating_system: OperatingSystem = OperatingSystem.LINUX
    volumes: Mapping[Volume, str] = field(default_factory=dict)
    ephemeral_storage: Size | None = None
    execute_command: bool = False

    def runtime_platform(self) -> batch.CfnJobDefinition.RuntimePlatformProperty | None:
        """Render `RuntimePlatform`; None on EC2, where the hosts decide.

        An image of several architectures runs as x86_64 on Fargate, its default; on Managed Instances as AWS likes.
        """
        if self.platform is Platform.EC2 or (self.architecture is None and self.platform is Platform.MANAGED_INSTANCES):
            return None
        return batch.CfnJobDefinition.RuntimePlatformProperty(
            cpu_architecture=_CPU_ARCHITECTURE[self.architecture or Architecture.X86_64],
            operating_system_family=self.operating_system.value,
        )

    def network(self) -> batch.CfnJobDefinition.NetworkConfigurationProperty | None:
        """Render `NetworkConfiguration`, which only Fargate has."""
        if self.platform is not Platform.FARGATE:
            return None
        return batch.CfnJobDefinition.NetworkConfigurationProperty(
            assign_public_ip="ENABLED" if self.public_ip else "DISABLED"
        )

    def ephemeral(self) -> batch.CfnJobDefinition.EphemeralStorageProperty | None:
        """Render `EphemeralStorage`, which only Fargate has."""
        if self.ephemeral_storage is None:
            return None
        return batch.CfnJobDefinition.EphemeralStorageProperty(size_in_gib=self.ephemeral_storage.to_gibibytes())

    def platform_version(self) -> str | None:
        """Fargate's platform version; None elsewhere."""
        return defaults.FARGATE_PLATFORM_VERSION if self.platform is Platform.FARGATE else None


def needs_public_ip(queue: Queue) -> bool:
    """Whether tasks of a queue reach AWS by a public address only."""
    return any(capacity.public_ip for capacity in queue.capacities)


def container_properties(
    container: ContainerSpec, log: ContainerLog, task: TaskSettings
) -> batch.CfnJobDefinition.ContainerPropertiesProperty:
    """Render `ContainerProperties`: a job of one container on EC2 or Fargate, or a node of a multi-node job."""
    definition = batch.CfnJobDefinition
    version = task.platform_version()
    return definition.ContainerPropertiesProperty(
        **_common(container, log),
        mount_points=[mount.render(task.volumes) for mount in container.mounts] or None,
        job_role_arn=task.job_role.role_arn,
        execution_role_arn=task.execution_role.role_arn,
        volumes=render_volumes(task.volumes),
        ephemeral_storage=task.ephemeral(),
        enable_execute_command=task.execute_command or None,
        fargate_platform_configuration=None
        if version is None
        else definition.FargatePlatformConfigurationProperty(platform_version=version),
        network_configuration=task.network(),
        runtime_platform=task.runtime_platform(),
    )


def task_container(
    container: ContainerSpec,
    log: ContainerLog,
    task: TaskSettings,
    *,
    name: str,
    essential: bool | None = None,
    depends_on: Sequence[batch.CfnJobDefinition.TaskContainerDependencyProperty] = (),
    firelens: batch.CfnJobDefinition.FirelensConfigurationProperty | None = None,
    start_timeout: float | None = None,
    stop_timeout: float | None = None,
) -> batch.CfnJobDefinition.TaskContainerPropertiesProperty:
    """Render one container of `EcsProperties`."""
    return batch.CfnJobDefinition.TaskContainerPropertiesProperty(
        **_common(container, log),
        mount_points=[mount.render_in_task(task.volumes) for mount in container.mounts] or None,
        name=name,
        essential=essential,
        depends_on=list(depends_on) or None,
        firelens_configuration=firelens,
        start_timeout=start_timeout,
        stop_timeout=stop_timeout,
    )


def ecs_properties(
    containers: Sequence[batch.CfnJobDefinition.TaskContainerPropertiesProperty],
    task: TaskSettings,
    *,
    ipc_mode: str | None = None,
    pid_mode: str | None = None,
) -> batch.CfnJobDefinition.EcsPropertiesProperty:
    """Render `EcsProperties`: a job of several containers, or any on Managed Instances."""
    managed = task.platform is Platform.MANAGED_INSTANCES
    properties = batch.CfnJobDefinition.EcsTaskPropertiesProperty(
        containers=list(containers),
        task_role_arn=task.job_role.role_arn,
        execution_role_arn=task.execution_role.role_arn,
        volumes=render_volumes(task.volumes),
        ephemeral_storage=task.ephemeral(),
        enable_execute_command=task.execute_command or None,
        platform_version=task.platform_version(),
        network_configuration=task.network(),
        # The one mode that Managed Instances have. Source:
        # https://docs.aws.amazon.com/batch/latest/userguide/ecs-managed-instances-job-definitions.html
        network_mode="host" if managed else None,
        runtime_platform=task.runtime_platform(),
        ipc_mode=ipc_mode,
        pid_mode=pid_mode,
    )
    return batch.CfnJobDefinition.EcsPropertiesProperty(task_properties=[properties])


def _common(container: ContainerSpec, log: ContainerLog) -> dict[str, Any]:
    """Render what `ContainerProperties` and a container of `EcsProperties` have in common."""
    linux, security = container.linux or _NO_LINUX, container.security or _NO_SECURITY
    credentials = container.image.credentials
    region = Aws.REGION
    return {
        "image": container.image.uri,
        "command": list(container.command) or None,
        "environment": _environment(container.environment, region),
        "secrets": render_secrets(container.secrets),
        "resource_requirements": _resources(container),
        "log_configuration": log.render(region),
        "linux_parameters": linux.render(),
        "ulimits": [limit.render() for limit in linux.ulimits] or None,
        "user": security.user,
        "privileged": security.privileged,
        "readonly_root_filesystem": security.read_only_root,
        "repository_credentials": None
        if credentials is None
        else batch.CfnJobDefinition.RepositoryCredentialsProperty(credentials_parameter=credentials.secret_arn),
    }


def _environment(environment: Mapping[str, str], region: str) -> list[batch.CfnJobDefinition.EnvironmentProperty]:
    # EC2 hosts set neither; SDKs fail without one.
    with_region = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, **environment}
    return [batch.CfnJobDefinition.EnvironmentProperty(name=name, value=value) for name, value in with_region.items()]


def _resources(container: ContainerSpec) -> list[batch.CfnJobDefinition.ResourceRequirementProperty]:
    memory = container.memory_mib or container.memory.to_mebibytes()
    amounts = {"VCPU": as_text(container.vcpus), "MEMORY": as_text(memory)}
    if container.gpus:
        amounts["GPU"] = as_text(container.gpus)
    return [
        batch.CfnJobDefinition.ResourceRequirementProperty(type=kind, value=amount) for kind, amount in amounts.items()
    ]
