"""The nodes of an EKS environment: their role, their launch template, and how Batch launches them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from batchwright.environments.hosted.efa import cluster_group
from batchwright.environments.hosted.launch_overrides import launch_template_specification
from batchwright.hosts.launch_template import HostLaunchTemplate

if TYPE_CHECKING:
    from constructs import Construct

    from batchwright.environments.eks.settings import EksSettings
    from batchwright.environments.placement import Placement

# Joins the cluster, pulls images, and gives pods their addresses.
# Source: https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
NODE_POLICIES: Final = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")
# How nodes of Amazon Linux 2023 start; Batch knows it of its own images.
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_LaunchTemplateSpecification.html (userdataType)
_NODEADM: Final = "EKS_NODEADM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """What nodes are launched with.

    Attributes:
        role: Their role.
        launch_template: Their launch template.
        placement_group: How they stand to each other; None without adapters, unless one was given.
    """

    role: iam.IRole
    launch_template: HostLaunchTemplate
    placement_group: ec2.IPlacementGroup | None


def build_nodes(scope: Construct, settings: EksSettings, placement: Placement) -> Nodes:
    """Make or take role, launch template and placement group."""
    hosts = settings.hosts
    role = hosts.role or _node_role(scope)
    template = hosts.launch_template or HostLaunchTemplate(scope, "LaunchTemplate", ecs_agent=False)
    for each in dict.fromkeys(hosts.templates):
        each.permit(role=role, connections=ec2.Connections(security_groups=list(placement.security_groups)))
    group = hosts.placement_group or (cluster_group(scope) if settings.efa_interfaces else None)
    return Nodes(role=role, launch_template=template, placement_group=group)


def compute_resources(
    scope: Construct, settings: EksSettings, nodes: Nodes, placement: Placement
) -> batch.CfnComputeEnvironment.ComputeResourcesProperty:
    """Describe how Batch launches nodes."""
    hosts, delay, latest = settings.hosts, settings.scale_down_delay, settings.updates.latest_image
    profile = iam.InstanceProfile(scope, "InstanceProfile", role=nodes.role)
    group, fixed = nodes.placement_group, settings.image_is_fixed
    return batch.CfnComputeEnvironment.ComputeResourcesProperty(
        type=settings.kind,
        allocation_strategy=settings.chosen_strategy.value,
        bid_percentage=settings.bid_percentage,
        minv_cpus=settings.min_vcpus,
        maxv_cpus=settings.max_vcpus,
        desiredv_cpus=hosts.desired_vcpus,
        scaling_policy=None
        if delay is None
        else batch.CfnComputeEnvironment.ComputeScalingPolicyProperty(min_scale_down_delay_minutes=delay.to_minutes()),
        instance_types=list(settings.instances.types),
        instance_role=profile.instance_profile_arn,
        subnets=list(placement.subnet_ids),
        # EC2 takes groups in one place only: the interfaces of a launch template with adapters name them.
        security_group_ids=None if nodes.launch_template.efa_interfaces else placement.security_group_ids,
        placement_group=group.placement_group_name if group else None,
        ec2_key_pair=hosts.key_pair.key_pair_name if hosts.key_pair else None,
        launch_template=launch_template_specification(
            nodes.launch_template, hosts.launch_template_overrides, _NODEADM if fixed else None
        ),
        ec2_configuration=[
            batch.CfnComputeEnvironment.Ec2ConfigurationObjectProperty(
                image_type=str(image.image_type),
                image_id_override=image.image_id(scope),
                image_kubernetes_version=settings.kubernetes_version,
            )
            for image in settings.images
        ],
        update_to_latest_image_version=not fixed if latest is None else latest,
        tags=dict(hosts.tags) if hosts.tags else None,
    )


def _node_role(scope: Construct) -> iam.Role:
    return iam.Role(
        scope,
        "NodeRole",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in NODE_POLICIES],
        description="EKS nodes of a Batch compute environment; pods have service accounts of their own",
    )
