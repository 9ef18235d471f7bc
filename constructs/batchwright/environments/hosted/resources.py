"""What EC2 and Spot environments have in common: hosts, and the environment resource over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Annotations
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from batchwright.environments import defaults
from batchwright.environments.hosted.efa import cluster_group
from batchwright.environments.hosted.launch_overrides import launch_template_specification
from batchwright.environments.identity import resource_id
from batchwright.environments.placement import Placement, place
from batchwright.environments.roles import instance_role, spot_fleet_role
from batchwright.environments.static_tags import keep_tags
from batchwright.hosts.efa_driver import EfaDriver
from batchwright.hosts.launch_template import HostLaunchTemplate
from batchwright.hosts.nvme_scratch import NvmeScratch
from batchwright.model import Capacity, Platform
from batchwright.model.strategies import AllocationStrategy
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batchwright.environments.hosted.settings import HostedSettings
    from batchwright.hosts.part import HostPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """The resources of an EC2 or Spot environment."""

    resource: batch.CfnComputeEnvironment
    capacity: Capacity
    instance_role: iam.IRole
    placement: Placement
    launch_template: HostLaunchTemplate
    placement_group: ec2.IPlacementGroup | None
    spot_fleet_role: iam.IRole | None


def build_hosted(scope: Construct, settings: HostedSettings) -> Hosted:
    """Create an EC2 or Spot environment's resources below `scope`.

    Raises:
        ConfigurationError: AWS would refuse the settings, or take some and ignore them.
    """
    problems = settings.problems()
    efa = 0 if problems else settings.efa_interfaces
    placement = place(
        scope,
        vpc=settings.vpc,
        subnets=settings.subnets,
        security_groups=settings.security_groups,
        problems=problems,
        together=efa > 0,
    )
    hosts = settings.hosts
    made = _Made(
        role=hosts.role or instance_role(scope),
        template=hosts.launch_template or _launch_template(scope, settings, placement),
        placement=placement,
        placement_group=hosts.placement_group or (cluster_group(scope) if efa else None),
        fleet_role=settings.spot_fleet_role or _fleet_role(scope, settings),
    )
    resource = _environment(scope, settings, made)
    keep_tags(resource, settings.tags)
    _permit(settings, made)
    _keep_roles(resource, settings, made)
    _advise(scope, settings, made)
    return Hosted(
        resource=resource,
        capacity=Capacity(
            kind=settings.kind,
            platform=Platform.EC2,
            max_vcpus=None if is_token(settings.max_vcpus) else settings.max_vcpus,
            architecture=settings.instances.architecture,
            instance_types=settings.instances.types,
            efa_interfaces=made.template.efa_interfaces,
            internet=placement.internet,
        ),
        instance_role=made.role,
        placement=placement,
        launch_template=made.template,
        placement_group=made.placement_group,
        spot_fleet_role=made.fleet_role,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What the environment resource names."""

    role: iam.IRole
    template: HostLaunchTemplate
    placement: Placement
    placement_group: ec2.IPlacementGroup | None
    fleet_role: iam.IRole | None


def _environment(scope: Construct, settings: HostedSettings, made: _Made) -> batch.CfnComputeEnvironment:
    insights, role, replaced = settings.container_insights, settings.service_role, settings.updates.replace
    best_fit = settings.strategy == AllocationStrategy.BEST_FIT
    return batch.CfnComputeEnvironment(
        scope,
        resource_id(OwnRole=role is not None, BestFit=best_fit),
        type="managed",
        state="ENABLED" if settings.enabled else "DISABLED",
        service_role=role.role_arn if role else None,
        compute_resources=_compute_resources(scope, settings, made),
        ecs_settings=batch.CfnComputeEnvironment.EcsSettingsProperty(container_insights=insights) if insights else None,
        # In place wherever AWS can: a new environment takes its running jobs from the old one.
        replace_compute_environment=replaced,
        update_policy=None if replaced else _update_policy(settings),
    )


def _compute_resources(
    scope: Construct, settings: HostedSettings, made: _Made
) -> batch.CfnComputeEnvironment.ComputeResourcesProperty:
    hosts, delay, latest = settings.hosts, settings.scale_down_delay, settings.updates.latest_image
    profile = iam.InstanceProfile(scope, "InstanceProfile", role=made.role)
    # The interfaces of the launch template name the groups of hosts with adapters; EC2 takes them in one place only.
    groups = None if made.template.efa_interfaces else made.placement.security_group_ids
    return batch.CfnComputeEnvironment.ComputeResourcesProperty(
        type=settings.kind,
        allocation_strategy=settings.strategy,
        bid_percentage=settings.bid_percentage,
        spot_iam_fleet_role=made.fleet_role.role_arn if made.fleet_role else None,
        minv_cpus=settings.min_vcpus,
        maxv_cpus=settings.max_vcpus,
        desiredv_cpus=hosts.desired_vcpus,
        scaling_policy=batch.CfnComputeEnvironment.ComputeScalingPolicyProperty(
            min_scale_down_delay_minutes=delay.to_minutes()
        )
        if delay
        else None,
        instance_types=list(settings.instances.types),
        instance_role=profile.instance_profile_arn,
        subnets=list(made.placement.subnet_ids),
        security_group_ids=groups,
        placement_group=made.placement_group.placement_group_name if made.placement_group else None,
        ec2_key_pair=hosts.key_pair.key_pair_name if hosts.key_pair else None,
        launch_template=launch_template_specification(made.template, hosts.launch_template_overrides),
        ec2_configuration=[
            batch.CfnComputeEnvironment.Ec2ConfigurationObjectProperty(
                image_type=image.image_type or defaults.IMAGE_TYPE, image_id_override=image.image_id(scope)
            )
            for image in settings.images
        ],
        update_to_latest_image_version=not settings.image_is_fixed if latest is None else latest,
        tags=dict(hosts.tags) if hosts.tags else None,
    )


def _update_policy(settings: HostedSettings) -> batch.CfnComputeEnvironment.UpdatePolicyProperty:
    timeout = settings.updates.timeout
    return batch.CfnComputeEnvironment.UpdatePolicyProperty(
        job_execution_timeout_minutes=timeout.to_minutes() if timeout else defaults.UPDATE_TIMEOUT_MINUTES,
        terminate_jobs_on_update=settings.updates.terminate_jobs,
    )


def _launch_template(scope: Construct, settings: HostedSettings, placement: Placement) -> HostLaunchTemplate:
    interfaces = settings.instances.efa_interfaces
    return HostLaunchTemplate(
        scope,
        "LaunchTemplate",
        parts=_parts(settings),
        efa_interfaces=interfaces,
        security_groups=placement.security_groups if interfaces else (),
    )


def _parts(settings: HostedSettings) -> Sequence[HostPart]:
    """What hosts of a profile need."""
    instances = settings.instances
    return [*([EfaDriver()] if instances.efa_interfaces else []), *([NvmeScratch()] if instances.nvme_scratch else [])]


def _permit(settings: HostedSettings, made: _Made) -> None:
    """Let the hosts do and reach what the parts of launch templates need; those of the profiles need nothing."""
    templates = settings.hosts.templates
    if templates:
        connections = ec2.Connections(security_groups=list(made.placement.security_groups))
        for template in dict.fromkeys(templates):
            template.permit(role=made.role, connections=connections)


def _fleet_role(scope: Construct, settings: HostedSettings) -> iam.IRole | None:
    needed = settings.kind == "SPOT" and settings.strategy == AllocationStrategy.BEST_FIT
    return spot_fleet_role(scope) if needed else None


def _keep_roles(resource: batch.CfnComputeEnvironment, settings: HostedSettings, made: _Made) -> None:
    """Let roles outlive the environment, with their policies, or its deletion hangs.

    The environment names a role made here, which has a policy of its own only where a given launch template needs one.
    """
    plain = settings.hosts.role is None and not settings.hosts.templates
    roles = (None if plain else made.role, settings.service_role, settings.spot_fleet_role)
    for role in filter(None, roles):
        resource.node.add_dependency(role)


def _advise(scope: Construct, settings: HostedSettings, made: _Made) -> None:
    if made.placement.public and made.template.efa_interfaces > 1:
        text = (
            "Hosts with several network interfaces get no public address, so that in a public subnet they reach AWS "
            "through endpoints only. Use private subnets."
        )
        Annotations.of(scope).add_warning_v2("batchwright:noPublicAddress", text)
    if settings.bid_percentage is not None:
        text = (
            "A Spot bid only takes capacity away: without one you pay the market price too. Leave bid_percentage out."
        )
        Annotations.of(scope).add_warning_v2("batchwright:spotBid", text)
    if settings.hosts.desired_vcpus is not None:
        text = "Each deployment sets the vCPUs back to desired_vcpus, whatever jobs wait. Leave it out; use min_vcpus."
        Annotations.of(scope).add_warning_v2("batchwright:desiredVcpus", text)
