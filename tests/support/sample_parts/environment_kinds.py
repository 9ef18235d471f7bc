"""Samples of the rarer kinds of environments: what snapshots, invariants and rule packs look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Duration, Size
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam

from batchwright import (
    CapacityOption,
    ContainerInsights,
    EksAccess,
    EksEnvironment,
    EksNamespace,
    HostImage,
    HostLaunchTemplate,
    HostOptions,
    Instances,
    LaunchTemplateOverride,
    ManagedInstancesEnvironment,
    NvmeScratch,
    Reservations,
    RootVolume,
    ServiceEnvironment,
    UnmanagedEnvironment,
    Updates,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import aws_cdk as cdk
    from constructs import Construct

GROUP_ARN: Final = "arn:aws:resource-groups:us-east-1:123456789012:group/reserved"


def vpc_for(scope: Construct) -> ec2.IVpc:
    """Import a VPC once, so that a template holds nothing but what is under test."""
    found = scope.node.try_find_child("Network")
    if isinstance(found, ec2.Vpc):
        return found
    return found or ec2.Vpc.from_vpc_attributes(  # type: ignore[return-value]
        scope,
        "Network",
        vpc_id="vpc-00000001",
        availability_zones=["us-east-1a", "us-east-1b"],
        private_subnet_ids=["subnet-00000001", "subnet-00000002"],
    )


def cluster_for(scope: Construct, **options: Any) -> eks.ICluster:  # noqa: ANN401
    """Import an EKS cluster, which the CDK cannot run kubectl against."""
    known = {"vpc": vpc_for(scope), "cluster_security_group_id": "sg-00000001"}
    return eks.Cluster.from_cluster_attributes(scope, "Cluster", cluster_name="jobs", **{**known, **options})


def namespace_for(scope: Construct, **options: Any) -> EksNamespace:  # noqa: ANN401
    """Make a namespace whose manifests are applied by hand."""
    return EksNamespace(scope, "Namespace", **{"cluster": cluster_for(scope), "apply": False, **options})


def managed_instances_full(scope: Construct) -> dict[str, Any]:
    """Every option of an environment on Managed Instances."""
    return {
        "vpc": vpc_for(scope),
        "instances": Instances.of("m7g", "c7g.4xlarge"),
        "capacity": CapacityOption.RESERVED,
        "reservations": Reservations(group_arn=GROUP_ARN),
        "max_vcpus": 1024,
        "subnets": ec2.SubnetSelection(availability_zones=["us-east-1a"]),
        "security_groups": [ec2.SecurityGroup.from_security_group_id(scope, "Imported", "sg-00000001")],
        "instance_role": iam.Role(scope, "Hosts", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com")),
        "infrastructure_role": iam.Role(scope, "Ecs", assumed_by=iam.ServicePrincipal("ecs.amazonaws.com")),
        "storage": Size.gibibytes(200),
        "local_storage": True,
        "detailed_monitoring": True,
        "fips": True,
        "scale_in_after": Duration.minutes(10),
        "capacity_tags": {"cost-centre": "4711"},
        "tag_instances": False,
        "metadata_tags": True,
        "container_insights": ContainerInsights.ENABLED,
        "tags": {"team": "imaging"},
        "enabled": False,
    }


def unmanaged_full(scope: Construct) -> dict[str, Any]:
    """Every option of an unmanaged environment."""
    return {
        "vpc": vpc_for(scope),
        "instances": Instances.of("m7g.4xlarge", "m6g.4xlarge"),
        "min_hosts": 2,
        "max_hosts": 6,
        "spot": True,
        "image": HostImage.ami("ami-0123456789abcdef0"),
        "root_volume": RootVolume(gibibytes=500),
        "agent_settings": {"ECS_RESERVED_MEMORY": "256"},
        "parts": [NvmeScratch(required=False)],
        "subnets": ec2.SubnetSelection(availability_zones=["us-east-1a"]),
        "security_groups": [ec2.SecurityGroup.from_security_group_id(scope, "Imported", "sg-00000001")],
        "instance_role": iam.Role(scope, "Hosts", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com")),
        "service_role": iam.Role(scope, "Batch", assumed_by=iam.ServicePrincipal("batch.amazonaws.com")),
        "unmanaged_vcpus": 96,
        "drain_for": Duration.hours(2),
        "replace_hosts": False,
        "container_insights": ContainerInsights.ENABLED,
        "tags": {"team": "imaging"},
        "enabled": False,
    }


def eks_full(scope: Construct) -> dict[str, Any]:
    """Every option of an environment on EKS."""
    role = iam.Role(scope, "Nodes", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    return {
        "namespace": namespace_for(scope, name="imaging", labels={"team": "imaging"}),
        "spot": True,
        "instances": Instances.of("g6", "m7i"),
        "min_vcpus": 4,
        "max_vcpus": 512,
        "scale_down_delay": Duration.minutes(20),
        "access": EksAccess.INHERIT_FROM_CLUSTER,
        "node_access": False,
        "kubernetes_version": "1.33",
        "vpc": vpc_for(scope),
        "subnets": ec2.SubnetSelection(availability_zones=["us-east-1a"]),
        "security_groups": [ec2.SecurityGroup.from_security_group_id(scope, "Imported", "sg-00000002")],
        "hosts": HostOptions(role=role, tags={"cost-centre": "4711"}, desired_vcpus=8),
        "updates": Updates(timeout=Duration.hours(2), terminate_jobs=True, latest_image=False),
        "bid_percentage": 80,
        "tags": {"team": "imaging"},
        "enabled": False,
    }


def managed_instances_of(scope: Construct, construct_id: str = "Environment", **options: Any) -> Any:  # noqa: ANN401
    """Build an environment on Managed Instances."""
    return ManagedInstancesEnvironment(scope, construct_id, **{"vpc": vpc_for(scope), **options})


def unmanaged_of(scope: Construct, construct_id: str = "Environment", **options: Any) -> Any:  # noqa: ANN401
    """Build an unmanaged environment of one host."""
    least = {"vpc": vpc_for(scope), "instances": Instances.of("m7i.2xlarge")}
    return UnmanagedEnvironment(scope, construct_id, **{**least, **options})


def eks_of(scope: Construct, construct_id: str = "Environment", **options: Any) -> Any:  # noqa: ANN401
    """Build an environment on EKS."""
    if "namespace" not in options:
        options["namespace"] = namespace_for(scope)
    return EksEnvironment(scope, construct_id, **options)


def eks_own_image(scope: Construct) -> dict[str, Any]:
    """Nodes of an environment on EKS from launch templates with an image of their own."""
    templates = {
        name: HostLaunchTemplate(scope, name, ecs_agent=False, image_id=f"ami-0123456789abcdef{number}")
        for number, name in enumerate(("Plain", "WithDrives"))
    }
    override = LaunchTemplateOverride(instances=["m6id"], template=templates["WithDrives"])
    return {
        "instances": Instances.of("m7i", "m6id"),
        "hosts": HostOptions(launch_template=templates["Plain"], launch_template_overrides=[override]),
    }


SAMPLES: Final[dict[str, Callable[[cdk.Stack], object]]] = {
    "environment-managed-instances-minimal": managed_instances_of,
    "environment-managed-instances-full": lambda stack: managed_instances_of(stack, **managed_instances_full(stack)),
    "environment-unmanaged-minimal": unmanaged_of,
    "environment-unmanaged-full": lambda stack: unmanaged_of(stack, **unmanaged_full(stack)),
    "environment-eks-minimal": eks_of,
    "environment-eks-full": lambda stack: eks_of(stack, **eks_full(stack)),
    "environment-eks-own-image": lambda stack: eks_of(stack, **eks_own_image(stack)),
    "service-environment-minimal": lambda stack: ServiceEnvironment(stack, "Training", instances=10),
    "service-environment-full": lambda stack: ServiceEnvironment(
        stack,
        "Training",
        instances={"ml.g6.xlarge": 8, "ml.p5.48xlarge": 2},
        enabled=False,
        tags={"team": "imaging"},
    ),
}
"""Each builds into an empty stack."""
