"""Compute environment of Spot instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.environments import defaults
from batchwright.environments.hosted.environment import HostedEnvironment
from batchwright.environments.hosted.host_options import HostOptions
from batchwright.environments.hosted.settings import HostedSettings
from batchwright.environments.instances import Instances
from batchwright.environments.updates import Updates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import aws_cdk as cdk
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from batchwright.environments.container_insights import ContainerInsights
    from batchwright.model.strategies import AllocationStrategy


class SpotEnvironment(HostedEnvironment):
    """A managed compute environment of Spot instances: spare EC2 capacity at a discount that AWS may take back.

    Put it first in a queue and an `Ec2Environment` of the same architecture second, and give jobs
    `RetryStrategy.interruptions()` (the default of `ContainerJob`). Multi-node jobs do not run on Spot, so
    `Instances.hpc` is refused.

    Hosts get an encrypted disk, IMDSv2 and the agent settings of `HostLaunchTemplate`. AWS's service-linked role
    manages them, which allows updates in place; each update takes the newest Amazon Linux 2023 image.

    Args:
        scope: The parent.
        construct_id: The id below it.
        vpc: Where hosts are launched.
        instances: What may be launched; `Instances.x86()` by default.
        max_vcpus: vCPUs that it grows to at most, 1 or more.
        min_vcpus: vCPUs kept running when idle, 0 to `max_vcpus`; they are billed.
        scale_down_delay: How long a host waits for another job when its last one has ended, 0 or 20 to 10,080 whole
            minutes; it is billed meanwhile. By default Batch ends it soon.
        strategy: How Batch chooses among the instances; `SPOT_PRICE_CAPACITY_OPTIMIZED` by default.
        bid_percentage: The most to pay, in percent of the On-Demand price, 0 to 100. Discouraged: without it you pay
            the market price too, and a ceiling only takes capacity away.
        spot_fleet_role: The role of the Spot Fleet, for the `BEST_FIT` strategy; made there when left out.
        subnets: Which subnets; private ones by default.
        security_groups: One to five groups; by default one that lets nothing in.
        hosts: What hosts are made of: launch templates, images, role, tags and more.
        updates: What happens to hosts and running jobs when a change needs other hosts; the environment stays, and
            running jobs get half an hour, by default.
        container_insights: How much CloudWatch Container Insights collects; what the account says when left out.
        service_role: A role of your own for Batch. It needs `Updates(replace=True)`, as AWS updates such an environment
            in no other way; by default AWS's service-linked role.
        tags: Tags of the environment itself; a change replaces it. Those that `Tags.of(...)` sets on what is above it
            do not reach it. `HostOptions.tags` are those of the hosts.
        enabled: Whether queues may place jobs on it. False drains it.

    Raises:
        ConfigurationError: AWS would refuse the settings, or take some and ignore them.
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
        scale_down_delay: cdk.Duration | None = None,
        strategy: AllocationStrategy = defaults.SPOT_STRATEGY,
        bid_percentage: int | None = None,
        spot_fleet_role: iam.IRole | None = None,
        subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        hosts: HostOptions | None = None,
        updates: Updates | None = None,
        container_insights: ContainerInsights | None = None,
        service_role: iam.IRole | None = None,
        tags: Mapping[str, str] | None = None,
        enabled: bool = True,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            settings=HostedSettings(
                kind="SPOT",
                vpc=vpc,
                instances=Instances.x86() if instances is None else instances,
                max_vcpus=max_vcpus,
                min_vcpus=min_vcpus,
                scale_down_delay=scale_down_delay,
                strategy=strategy,
                bid_percentage=bid_percentage,
                spot_fleet_role=spot_fleet_role,
                subnets=subnets,
                security_groups=security_groups,
                hosts=HostOptions() if hosts is None else hosts,
                updates=Updates() if updates is None else updates,
                container_insights=container_insights,
                service_role=service_role,
                tags=tags,
                enabled=enabled,
            ),
        )
