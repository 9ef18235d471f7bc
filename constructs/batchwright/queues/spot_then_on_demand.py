"""Spot capacity with On-Demand capacity behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from batchwright.environments import defaults
from batchwright.environments.capacity.scheduling import vcpu_limit_problems
from batchwright.environments.ec2 import Ec2Environment
from batchwright.environments.instances import Instances
from batchwright.environments.spot import SpotEnvironment
from batchwright.model import Problems
from batchwright.queues.arguments import queue_problems
from batchwright.queues.job_queue import JobQueue
from batchwright.queues.scheduling import fair_share_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ec2 as ec2

    from batchwright.environments.hosted.host_options import HostOptions
    from batchwright.environments.updates import Updates
    from batchwright.queues.fair_share import FairShare
    from batchwright.queues.time_limits import TimeLimits


class SpotThenOnDemand(Construct):
    """A queue whose jobs run on Spot while there is some, and on On-Demand instances when there is none.

    Both environments have the same instances, so that a job runs alike on either. `ContainerJob` retries what lost its
    host by default (`RetryStrategy.interruptions()`), and a retried job finds its place anew. Batch turns to the second
    environment when the first has no capacity or has reached its `max_vcpus`.

    `queue.metric_retried()` counts attempts that were repeated, most of them lost Spot hosts. How much ran on the
    On-Demand side is not counted: neither Batch's metrics nor its events name a job's environment. What each side
    costs is in Cost Explorer, by purchase option.

    Args:
        scope: The parent.
        construct_id: The id below it.
        vpc: Where hosts are launched.
        instances: What may be launched; `Instances.x86()` by default. The more families, the less Spot is reclaimed.
        max_vcpus: vCPUs that the Spot environment grows to at most.
        on_demand_max_vcpus: vCPUs that the On-Demand environment grows to at most: a lower number caps what a shortage
            of Spot may cost. As many as on Spot by default.
        subnets: Which subnets; private ones by default.
        security_groups: One to five groups; by default each environment has one that lets nothing in.
        hosts: What the hosts of both are made of; what it leaves out, each environment makes for itself.
        updates: What happens to hosts and running jobs when a change needs other hosts.
        scale_down_delay: How long an idle host of either waits for another job.
        priority: The queue's priority, 0 to 1000.
        time_limits: How long a job that cannot start may wait.
        enabled: Whether the queue accepts jobs.
        fair_share: How the queue is shared out; see `JobQueue`.

    Raises:
        ConfigurationError: What an environment or a queue would refuse.

    Attributes:
        spot: The Spot environment, tried first.
        on_demand: The On-Demand environment behind it.
        queue: The queue over both.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        instances: Instances | None = None,
        max_vcpus: int = defaults.MAX_VCPUS,
        on_demand_max_vcpus: int | None = None,
        subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        hosts: HostOptions | None = None,
        updates: Updates | None = None,
        scale_down_delay: Duration | None = None,
        priority: int = 1,
        time_limits: TimeLimits | None = None,
        enabled: bool = True,
        fair_share: FairShare | batch.ISchedulingPolicy | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._batchwright_scope = scope
        on_demand_vcpus = max_vcpus if on_demand_max_vcpus is None else on_demand_max_vcpus
        problems = Problems(where(self))
        for field, limit in (("max_vcpus", max_vcpus), ("on_demand_max_vcpus", on_demand_vcpus)):
            problems.extend(vcpu_limit_problems(field, limit, least=1))
        problems.extend(queue_problems(priority=priority, limits=time_limits, enabled=enabled, tags=None))
        problems.extend(fair_share_problems(fair_share))
        problems.raise_if_any()
        chosen = instances or Instances.x86()
        self.spot = SpotEnvironment(
            self,
            "Spot",
            vpc=vpc,
            instances=chosen,
            max_vcpus=max_vcpus,
            subnets=subnets,
            security_groups=security_groups,
            hosts=hosts,
            updates=updates,
            scale_down_delay=scale_down_delay,
        )
        self.on_demand = Ec2Environment(
            self,
            "OnDemand",
            vpc=vpc,
            instances=chosen,
            max_vcpus=on_demand_vcpus,
            subnets=subnets,
            security_groups=security_groups,
            hosts=hosts,
            updates=updates,
            scale_down_delay=scale_down_delay,
        )
        self.queue = JobQueue(
            self,
            "Queue",
            environments=[self.spot, self.on_demand],
            priority=priority,
            time_limits=time_limits,
            enabled=enabled,
            fair_share=fair_share,
        )
