"""Renders a job definition of one container."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Aws
from aws_cdk import aws_batch as batch

from batchwright.jobs import defaults
from batchwright.model import Architecture, Platform
from batchwright.tokens import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_logs as logs
    from constructs import Construct

    from batchwright.images import JobImage
    from batchwright.jobs.retries import RetryStrategy

_CPU_ARCHITECTURE = {Architecture.X86_64: "X86_64", Architecture.ARM64: "ARM64"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSettings:
    """What a container is rendered from."""

    image: JobImage
    platform: Platform
    public_ip: bool
    vcpus: float
    memory_mib: float
    gpus: float
    command: tuple[str, ...]
    environment: Mapping[str, str]
    job_role: iam.IRole
    execution_role: iam.IRole
    log_group: logs.ILogGroup
    log_prefix: str


def make_definition(
    scope: Construct,
    container: ContainerSettings,
    *,
    parameters: Mapping[str, str],
    retries: RetryStrategy,
    timeout_seconds: float,
    scheduling_priority: int | None,
    queue_arn: str,
) -> batch.CfnJobDefinition:
    """Create the job definition below `scope`; earlier revisions stay active when it changes."""
    definition = batch.CfnJobDefinition
    resource = definition(
        scope,
        "Resource",
        type="container",
        platform_capabilities=[container.platform.value],
        container_properties=_render_container(container),
        parameters=dict(parameters) or None,
        retry_strategy=retries.render(),
        timeout=definition.TimeoutProperty(attempt_duration_seconds=timeout_seconds),
        propagate_tags=True,
        scheduling_priority=scheduling_priority,
        resource_retention_policy=definition.ResourceRetentionPolicyProperty(skip_deregister_on_update=True),
    )
    # What the rules compare a job with, when no pipeline of the template submits it.
    resource.add_metadata("batchwright", {"queue": queue_arn, "architecture": container.image.architecture.value})
    return resource


def _render_container(settings: ContainerSettings) -> batch.CfnJobDefinition.ContainerPropertiesProperty:
    """Render `ContainerProperties` for EC2 or Fargate."""
    fargate = settings.platform is Platform.FARGATE
    definition, region = batch.CfnJobDefinition, Aws.REGION
    return definition.ContainerPropertiesProperty(
        image=settings.image.uri,
        command=list(settings.command) or None,
        environment=[
            definition.EnvironmentProperty(name=name, value=value)
            for name, value in {
                # EC2 hosts set neither; SDKs fail without one.
                "AWS_REGION": region,
                "AWS_DEFAULT_REGION": region,
                **settings.environment,
            }.items()
        ],
        resource_requirements=_resources(settings),
        job_role_arn=settings.job_role.role_arn,
        execution_role_arn=settings.execution_role.role_arn,
        log_configuration=definition.LogConfigurationProperty(
            log_driver="awslogs",
            options={
                "awslogs-group": settings.log_group.log_group_name,
                "awslogs-region": region,
                "awslogs-stream-prefix": settings.log_prefix,
            },
        ),
        fargate_platform_configuration=definition.FargatePlatformConfigurationProperty(
            platform_version=defaults.FARGATE_PLATFORM_VERSION
        )
        if fargate
        else None,
        network_configuration=definition.NetworkConfigurationProperty(
            assign_public_ip="ENABLED" if settings.public_ip else "DISABLED"
        )
        if fargate
        else None,
        runtime_platform=definition.RuntimePlatformProperty(
            cpu_architecture=_CPU_ARCHITECTURE[settings.image.architecture], operating_system_family="LINUX"
        )
        if fargate
        else None,
    )


def _resources(settings: ContainerSettings) -> list[batch.CfnJobDefinition.ResourceRequirementProperty]:
    amounts = {"VCPU": as_text(settings.vcpus), "MEMORY": as_text(settings.memory_mib)}
    if settings.gpus:
        amounts["GPU"] = as_text(settings.gpus)
    return [
        batch.CfnJobDefinition.ResourceRequirementProperty(type=kind, value=amount) for kind, amount in amounts.items()
    ]
