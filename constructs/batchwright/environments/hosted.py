"""What EC2 and Spot environments have in common: hosts, and the environment resource over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam

from batchwright.environments import defaults
from batchwright.environments.placement import Placement, place
from batchwright.environments.vcpus import vcpu_problems
from batchwright.hosts import HostLaunchTemplate
from batchwright.model import Capacity, Platform, has_gpus
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct

    from batchwright.environments.instances import Instances

# Registers the host with the environment's ECS cluster, pulls images, writes logs. AWS keeps it in step with its agent.
# Source: https://docs.aws.amazon.com/batch/latest/userguide/instance_IAM_role.html
_HOST_POLICY = "service-role/AmazonEC2ContainerServiceforEC2Role"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedSettings:
    """Settings that EC2 and Spot environments share; the constructs' docstrings explain them."""

    kind: str
    strategy: str
    vpc: ec2.IVpc
    instances: Instances
    min_vcpus: int
    max_vcpus: int
    subnets: ec2.SubnetSelection | None
    security_groups: Sequence[ec2.ISecurityGroup] | None
    instance_role: iam.IRole | None
    launch_template: HostLaunchTemplate | None
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """The resources of an EC2 or Spot environment."""

    resource: batch.CfnComputeEnvironment
    capacity: Capacity
    instance_role: iam.IRole
    placement: Placement
    launch_template: HostLaunchTemplate


def build_hosted(scope: Construct, settings: HostedSettings) -> Hosted:
    """Create an EC2 or Spot environment's resources below `scope`.

    Raises:
        ConfigurationError: A number is outside its range.
    """
    placement = place(
        scope,
        vpc=settings.vpc,
        subnets=settings.subnets,
        security_groups=settings.security_groups,
        problems=vcpu_problems(minimum=settings.min_vcpus, maximum=settings.max_vcpus),
    )
    role = settings.instance_role or _instance_role(scope)
    template = settings.launch_template or HostLaunchTemplate(scope, "LaunchTemplate")
    profile = iam.InstanceProfile(scope, "InstanceProfile", role=role)
    resource = _environment(scope, settings, placement, template, profile)
    if settings.instance_role:
        # Its policies outlive the environment, or the environment's deletion hangs. A role made here has none apart.
        resource.node.add_dependency(settings.instance_role)
    capacity = Capacity(
        kind=settings.kind,
        platform=Platform.EC2,
        max_vcpus=None if is_token(settings.max_vcpus) else settings.max_vcpus,
        architecture=settings.instances.architecture,
        instance_types=settings.instances.types,
    )
    return Hosted(
        resource=resource, capacity=capacity, instance_role=role, placement=placement, launch_template=template
    )


def _environment(
    scope: Construct,
    settings: HostedSettings,
    placement: Placement,
    template: HostLaunchTemplate,
    profile: iam.InstanceProfile,
) -> batch.CfnComputeEnvironment:
    return batch.CfnComputeEnvironment(
        scope,
        "Resource",
        type="managed",
        state="ENABLED" if settings.enabled else "DISABLED",
        compute_resources=batch.CfnComputeEnvironment.ComputeResourcesProperty(
            type=settings.kind,
            allocation_strategy=settings.strategy,
            minv_cpus=settings.min_vcpus,
            maxv_cpus=settings.max_vcpus,
            instance_types=list(settings.instances.types),
            instance_role=profile.instance_profile_arn,
            subnets=list(placement.subnet_ids),
            security_group_ids=placement.security_group_ids,
            # By number: an edit of the template reaches the hosts, which $Default would not do.
            launch_template=batch.CfnComputeEnvironment.LaunchTemplateSpecificationProperty(
                launch_template_id=template.launch_template_id, version=template.latest_version
            ),
            ec2_configuration=[
                batch.CfnComputeEnvironment.Ec2ConfigurationObjectProperty(image_type=image_type)
                for image_type in _image_types(settings.instances)
            ],
            update_to_latest_image_version=True,
        ),
        # In place wherever AWS can: a replacement fails while a queue uses the environment.
        replace_compute_environment=False,
        update_policy=batch.CfnComputeEnvironment.UpdatePolicyProperty(
            job_execution_timeout_minutes=defaults.UPDATE_TIMEOUT_MINUTES, terminate_jobs_on_update=False
        ),
    )


def _image_types(instances: Instances) -> list[str]:
    """Choose one image for the types with NVIDIA GPUs, one for those without."""
    with_gpus = [has_gpus(name) for name in instances.types]
    return [
        *([] if all(with_gpus) else [defaults.IMAGE_TYPE]),
        *([defaults.GPU_IMAGE_TYPE] if any(with_gpus) else []),
    ]


def _instance_role(scope: Construct) -> iam.Role:
    return iam.Role(
        scope,
        "InstanceRole",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_HOST_POLICY)],
        description="Hosts of a Batch compute environment; jobs have their own role",
    )
