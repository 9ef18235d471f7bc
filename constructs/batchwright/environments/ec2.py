"""Compute environment of On-Demand EC2 instances."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from batchwright.environments import defaults
from batchwright.environments.hosted import HostedSettings, build_hosted
from batchwright.environments.instances import Instances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam

    from batchwright.hosts import HostLaunchTemplate
    from batchwright.model import Capacity


@jsii.implements(ec2.IConnectable)
class Ec2Environment(Construct):
    """A managed compute environment of On-Demand EC2 instances, growing from nothing with the queue.

    Hosts get an encrypted disk, IMDSv2 and the agent settings of `HostLaunchTemplate`. AWS's service-linked role
    manages them, which allows updates in place; each update takes the newest Amazon Linux 2023 image.

    Args:
        scope: The parent.
        construct_id: The id below it.
        vpc: Where hosts are launched.
        instances: What may be launched; `Instances.x86()` by default.
        max_vcpus: vCPUs that it grows to at most, 1 or more.
        min_vcpus: vCPUs kept running when idle, 0 to `max_vcpus`; they are billed.
        subnets: Which subnets; private ones by default.
        security_groups: One to five groups; by default one that lets nothing in.
        instance_role: The hosts' role, with `AmazonEC2ContainerServiceforEC2Role`; made when left out.
        launch_template: The hosts' launch template; made when left out.
        enabled: Whether queues may place jobs on it. False drains it.

    Raises:
        ConfigurationError: A number is outside its range.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        instances: Instances | None = None,
        max_vcpus: int = defaults.MAX_VCPUS,
        min_vcpus: int = defaults.MIN_VCPUS,
        subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        instance_role: iam.IRole | None = None,
        launch_template: HostLaunchTemplate | None = None,
        enabled: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        self._hosted = build_hosted(
            self,
            HostedSettings(
                kind="EC2",
                strategy=defaults.ON_DEMAND_STRATEGY,
                vpc=vpc,
                instances=instances or Instances.x86(),
                min_vcpus=min_vcpus,
                max_vcpus=max_vcpus,
                subnets=subnets,
                security_groups=security_groups,
                instance_role=instance_role,
                launch_template=launch_template,
                enabled=enabled,
            ),
        )

    @property
    def compute_environment_arn(self) -> str:
        """ARN of the environment."""
        return self._hosted.resource.attr_compute_environment_arn

    @cached_property
    def compute_environment(self) -> batch.IManagedEc2EcsComputeEnvironment:
        """The environment as CDK's own interface, for code that takes one."""
        return batch.ManagedEc2EcsComputeEnvironment.from_managed_ec2_ecs_compute_environment_arn(
            self, "Interface", self.compute_environment_arn
        )

    @property
    def resource(self) -> batch.CfnComputeEnvironment:
        """The L1 resource, for properties that this construct does not cover."""
        return self._hosted.resource

    @property
    def capacity(self) -> Capacity:
        """What the environment offers to jobs."""
        return self._hosted.capacity

    @property
    def instance_role(self) -> iam.IRole:
        """The hosts' role."""
        return self._hosted.instance_role

    @property
    def launch_template(self) -> HostLaunchTemplate:
        """The hosts' launch template."""
        return self._hosted.launch_template

    @property
    def connections(self) -> ec2.Connections:
        """The hosts' security groups, to open ports from and to."""
        # Not a cached property itself: the CDK's kernel sees only plain ones of an object that it is handed.
        return self._connections

    @cached_property
    def _connections(self) -> ec2.Connections:
        return ec2.Connections(security_groups=list(self._hosted.placement.security_groups))
