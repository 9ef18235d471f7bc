"""The hosts of an unmanaged environment: an Auto Scaling group that joins its ECS cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from batchwright.environments.hosted.templates import drive_problems
from batchwright.environments.roles import instance_role
from batchwright.hosts.launch_template import HostLaunchTemplate
from batchwright.model import Problems
from batchwright.tokens import as_text, where

if TYPE_CHECKING:
    from aws_cdk import aws_autoscaling as autoscaling
    from constructs import Construct

    from batchwright.environments.placement import Placement
    from batchwright.environments.unmanaged.arguments import UnmanagedSettings

# They would start or end hosts while CloudFormation counts them.
# Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
_SUSPENDED: Final = ("HealthCheck", "ReplaceUnhealthy", "AZRebalance", "AlarmNotification", "ScheduledActions")

# What Batch may do with the ECS cluster of an environment; its service-linked role is for managed ones only.
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html (serviceRole)
_SERVICE_POLICY: Final = "service-role/AWSBatchServiceRole"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHosts:
    """The resources of the hosts.

    Attributes:
        role: Their role.
        launch_template: Their launch template.
        group: The Auto Scaling group.
    """

    role: iam.IRole
    launch_template: HostLaunchTemplate
    group: autoscaling.CfnAutoScalingGroup


def build_hosts(scope: Construct, settings: UnmanagedSettings, placement: Placement, *, cluster_arn: str) -> OwnHosts:
    """Create the hosts below `scope`; they join the cluster when they start.

    Raises:
        ConfigurationError: A part needs drives that an instance type does not have.
    """
    role = settings.instance_role or instance_role(scope)
    profile = iam.InstanceProfile(scope, "InstanceProfile", role=role)
    template = HostLaunchTemplate(
        scope,
        "LaunchTemplate",
        root_volume=settings.root_volume,
        # The cluster comes last: a host that joins another one runs no job of this environment.
        agent_settings={**(settings.agent_settings or {}), "ECS_CLUSTER": cluster_arn},
        parts=settings.all_parts,
        security_groups=placement.security_groups,
        image_id=settings.host_image.image_id(scope),
        instance_profile_arn=profile.instance_profile_arn,
    )
    found = Problems(where(scope))
    found.extend(drive_problems("parts", template, settings.instances.types))
    found.raise_if_any()
    template.permit(role=role, connections=ec2.Connections(security_groups=list(placement.security_groups)))
    group = _group(scope, settings, placement, template)
    # A role's policies have to be there before the first host and after the last one.
    group.node.add_dependency(role)
    return OwnHosts(role=role, launch_template=template, group=group)


def _group(
    scope: Construct, settings: UnmanagedSettings, placement: Placement, template: HostLaunchTemplate
) -> autoscaling.CfnAutoScalingGroup:
    # Here, as loading it takes longer than all that most applications build.
    from aws_cdk import aws_autoscaling as autoscaling

    group = autoscaling.CfnAutoScalingGroup(
        scope,
        "Hosts",
        min_size=as_text(settings.min_hosts),
        max_size=as_text(settings.most_hosts),
        vpc_zone_identifier=list(placement.subnet_ids),
        mixed_instances_policy=autoscaling.CfnAutoScalingGroup.MixedInstancesPolicyProperty(
            launch_template=autoscaling.CfnAutoScalingGroup.LaunchTemplateProperty(
                launch_template_specification=autoscaling.CfnAutoScalingGroup.LaunchTemplateSpecificationProperty(
                    launch_template_id=template.launch_template_id, version=template.latest_version
                ),
                overrides=[
                    autoscaling.CfnAutoScalingGroup.LaunchTemplateOverridesProperty(instance_type=name)
                    for name in settings.instances.types
                ],
            ),
            instances_distribution=autoscaling.CfnAutoScalingGroup.InstancesDistributionProperty(
                on_demand_allocation_strategy="prioritized",
                on_demand_percentage_above_base_capacity=0 if settings.spot else 100,
                spot_allocation_strategy="price-capacity-optimized" if settings.spot else None,
            ),
        ),
    )
    if settings.replace_hosts:
        group.cfn_options.update_policy = cdk.CfnUpdatePolicy(
            auto_scaling_rolling_update=cdk.CfnAutoScalingRollingUpdate(
                max_batch_size=1, min_instances_in_service=0, suspend_processes=list(_SUSPENDED)
            )
        )
    return group


def new_service_role(scope: Construct) -> iam.Role:
    """Make Batch's role."""
    return iam.Role(
        scope,
        "ServiceRole",
        assumed_by=iam.ServicePrincipal("batch.amazonaws.com"),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_SERVICE_POLICY)],
        description="AWS Batch, for the ECS cluster of an unmanaged compute environment",
    )
