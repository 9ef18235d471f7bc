"""Compute environment of On-Demand EC2 instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.environments import defaults
from batchwright.environments.hosted import HostedSettings
from batchwright.environments.hosted_environment import HostedEnvironment
from batchwright.environments.instances import Instances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from batchwright.hosts import HostLaunchTemplate


class Ec2Environment(HostedEnvironment):
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
        super().__init__(
            scope,
            construct_id,
            settings=HostedSettings(
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
