"""Compute environment on Amazon ECS Managed Instances."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from batchwright.environments import defaults
from batchwright.environments.identity import resource_id
from batchwright.environments.managed_instances.arguments import ManagedInstancesSettings
from batchwright.environments.managed_instances.roles import new_infrastructure_role, new_instance_role
from batchwright.environments.managed_instances.template import instance_template
from batchwright.environments.placement import place
from batchwright.environments.static_tags import keep_tags
from batchwright.model import Capacity, Platform
from batchwright.model.managed_instances import KIND, CapacityOption
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration, Size

    from batchwright.environments.container_insights import ContainerInsights
    from batchwright.environments.instances import Instances
    from batchwright.environments.managed_instances.reservations import Reservations

_Environment = batch.CfnComputeEnvironment


@jsii.implements(ec2.IConnectable)
class ManagedInstancesEnvironment(Construct):
    """A managed compute environment on Amazon ECS Managed Instances: EC2 hosts that AWS launches, patches and replaces.

    Any instance type, GPUs included, without images, launch templates or agents to look after. Several jobs share an
    instance; `max_vcpus` counts what jobs ask for, so that the instances may have more. No multi-node parallel jobs.
    Instances need a way to the internet or public addresses: VPC endpoints alone do not do.
    Source: https://docs.aws.amazon.com/batch/latest/userguide/ecs-managed-instances-compute-environments.html

    Every setting changes in place except `capacity` and `fips`, which AWS changes in no environment that exists: with
    another value the environment gets another logical id, so that CloudFormation makes a new one, turns the queues to
    it and deletes the old one with what still runs there.
    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_InstanceLaunchTemplateUpdate.html

    Args:
        scope: The parent.
        construct_id: The id below it.
        vpc: Where instances are launched.
        instances: Types and families that may be launched; every type that a job's image runs on when left out.
        capacity: On-Demand, Spot or reserved capacity. A change replaces the environment.
        reservations: Which capacity reservations to use; not with Spot.
        max_vcpus: vCPUs of all running jobs at a time, 1 or more.
        subnets: Which subnets; private ones by default.
        security_groups: One to five groups; by default one that lets nothing in.
        instance_role: The instances' role, with `AmazonECSInstanceRolePolicyForManagedInstances`; made when left out.
        infrastructure_role: The role by which ECS manages them, with
            `AmazonECSInfrastructureRolePolicyForManagedInstances`; made when left out. It is allowed to hand over the
            instances' role.
        storage: The disk of an instance, whole GiB; AWS's default when left out.
        local_storage: Whether containers get an instance's own NVMe drives, where it has some, instead of that disk.
        detailed_monitoring: Whether CloudWatch gets metrics of instances each minute, which is billed.
        fips: Whether cryptography is FIPS 140 validated, where the Region has it; AWS's default is yes in GovCloud, no
            elsewhere. A change replaces the environment.
        scale_in: Whether idle instances end. False keeps them, and they are billed.
        scale_in_after: How long an instance idles before it ends, 0 to 3,600 s; AWS's default when left out.
        capacity_tags: Tags of the ECS capacity provider, up to 50; whoever deploys them needs `batch:SetCapacityTags`.
        tag_instances: Whether the instances get those tags too.
        metadata_tags: Whether an instance's metadata show its tags; left to AWS by default.
        container_insights: How much CloudWatch Container Insights collects; left to the account by default.
        tags: Tags of the environment itself, up to 50. A change replaces it, and so tags of the whole app leave it out.
        enabled: Whether queues may place jobs on it. False drains it.

    Raises:
        ConfigurationError: A number is outside its range, or options exclude each other.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        instances: Instances | None = None,
        capacity: CapacityOption = CapacityOption.ON_DEMAND,
        reservations: Reservations | None = None,
        max_vcpus: int = defaults.MAX_VCPUS,
        subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        instance_role: iam.IRole | None = None,
        infrastructure_role: iam.IRole | None = None,
        storage: Size | None = None,
        local_storage: bool = False,
        detailed_monitoring: bool = False,
        fips: bool | None = None,
        scale_in: bool = True,
        scale_in_after: Duration | None = None,
        capacity_tags: Mapping[str, str] | None = None,
        tag_instances: bool = True,
        metadata_tags: bool | None = None,
        container_insights: ContainerInsights | None = None,
        tags: Mapping[str, str] | None = None,
        enabled: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        self._batchwright_scope = scope
        settings = ManagedInstancesSettings(
            vpc=vpc,
            instances=instances,
            capacity=capacity,
            reservations=reservations,
            max_vcpus=max_vcpus,
            subnets=subnets,
            security_groups=security_groups,
            instance_role=instance_role,
            infrastructure_role=infrastructure_role,
            storage=storage,
            local_storage=local_storage,
            detailed_monitoring=detailed_monitoring,
            fips=fips,
            scale_in=scale_in,
            scale_in_after=scale_in_after,
            capacity_tags=capacity_tags,
            tag_instances=tag_instances,
            metadata_tags=metadata_tags,
            container_insights=container_insights,
            tags=tags,
            enabled=enabled,
        )
        self._placement = place(
            self,
            vpc=vpc,
            subnets=subnets,
            security_groups=security_groups,
            problems=settings.problems(),
            needs_internet=True,
        )
        self._instance_role = instance_role or new_instance_role(self)
        self._infrastructure_role = infrastructure_role or new_infrastructure_role(self, self._instance_role)
        self._resource = self._build(settings)
        self._keep_roles(settings)
        self._capacity = Capacity(
            kind=KIND,
            platform=Platform.MANAGED_INSTANCES,
            max_vcpus=None if is_token(max_vcpus) else max_vcpus,
            architecture=instances.architecture if instances else None,
            instance_types=instances.types if instances else (),
            public_ip=self._placement.public,
            internet=self._placement.internet,
            capacity_option=CapacityOption(capacity),
        )

    def _build(self, settings: ManagedInstancesSettings) -> batch.CfnComputeEnvironment:
        # Nothing of an update policy, images or a launch template: instances with the old settings end with their jobs.
        profile = iam.InstanceProfile(self, "InstanceProfile", role=self._instance_role)
        insights = settings.container_insights
        resource = _Environment(
            self,
            resource_id(
                Spot=settings.capacity == CapacityOption.SPOT,
                Reserved=settings.capacity == CapacityOption.RESERVED,
                Fips=settings.fips is True,
                NoFips=settings.fips is False,
            ),
            type="managed",
            state="ENABLED" if settings.enabled else "DISABLED",
            compute_resources=_Environment.ComputeResourcesProperty(
                type=KIND,
                maxv_cpus=settings.max_vcpus,
                capacity_tags=dict(settings.capacity_tags) if settings.capacity_tags else None,
                managed_instances_provider=_Environment.ManagedInstancesProviderProperty(
                    infrastructure_role_arn=self._infrastructure_role.role_arn,
                    instance_launch_template=instance_template(settings, self._placement, profile.instance_profile_arn),
                    infrastructure_optimization=None
                    if settings.idle_seconds is None
                    else _Environment.InfrastructureOptimizationProperty(scale_in_after=settings.idle_seconds),
                    propagate_tags="CAPACITY_PROVIDER" if settings.tag_instances else "NONE",
                ),
            ),
            ecs_settings=_Environment.EcsSettingsProperty(container_insights=str(insights)) if insights else None,
            tags=dict(settings.tags) if settings.tags else None,
            replace_compute_environment=False,
        )
        keep_tags(resource, settings.tags)
        return resource

    def _keep_roles(self, settings: ManagedInstancesSettings) -> None:
        """Let roles from elsewhere outlive the environment with their policies, or its deletion hangs."""
        if settings.infrastructure_role:
            passing = self._instance_role.grant_pass_role(settings.infrastructure_role)
            passing.apply_before(self._resource)
            self._resource.node.add_dependency(settings.infrastructure_role)
        if settings.instance_role:
            self._resource.node.add_dependency(settings.instance_role)

    @property
    def compute_environment_arn(self) -> str:
        """ARN of the environment."""
        return self._resource.attr_compute_environment_arn

    @cached_property
    def compute_environment(self) -> batch.IComputeEnvironment:
        """The environment as CDK's own interface, for code that takes one."""
        # The CDK does not know Managed Instances; of all that it imports, this kind claims the least.
        return batch.UnmanagedComputeEnvironment.from_unmanaged_compute_environment_arn(
            self, "Interface", self.compute_environment_arn
        )

    @property
    def resource(self) -> batch.CfnComputeEnvironment:
        """The L1 resource, for properties that this construct does not cover."""
        return self._resource

    @property
    def capacity(self) -> Capacity:
        """What the environment offers to jobs."""
        return self._capacity

    @property
    def instance_role(self) -> iam.IRole:
        """The instances' role."""
        return self._instance_role

    @property
    def infrastructure_role(self) -> iam.IRole:
        """The role by which ECS manages the instances."""
        return self._infrastructure_role

    @property
    def connections(self) -> ec2.Connections:
        """The instances' security groups, to open ports from and to."""
        # Not a cached property itself: the CDK's kernel sees only plain ones of an object that it is handed.
        return self._connections

    @cached_property
    def _connections(self) -> ec2.Connections:
        return ec2.Connections(security_groups=list(self._placement.security_groups))
