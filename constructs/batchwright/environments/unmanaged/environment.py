"""Unmanaged compute environment: hosts of your own that Batch places jobs on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
import jsii
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from batchwright.environments.placement import place
from batchwright.environments.static_tags import keep_tags
from batchwright.environments.unmanaged.arguments import UnmanagedSettings
from batchwright.environments.unmanaged.cluster import find_cluster
from batchwright.environments.unmanaged.hosts import build_hosts, new_service_role
from batchwright.model import Capacity, Platform
from batchwright.model.queue_kinds import UNMANAGED
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_autoscaling as autoscaling

    from batchwright.environments.container_insights import ContainerInsights
    from batchwright.environments.hosted.host_image import HostImage
    from batchwright.environments.instances import Instances
    from batchwright.environments.unmanaged.draining import HostDraining
    from batchwright.hosts.launch_template import HostLaunchTemplate
    from batchwright.hosts.part import HostPart
    from batchwright.hosts.root_volume import RootVolume

_DRAIN_MINUTES: Final = 30


@jsii.implements(ec2.IConnectable)
class UnmanagedEnvironment(Construct):
    """An unmanaged compute environment with the hosts that join it: an Auto Scaling group of your size.

    For hosts that must stay (a licence bound to a host, a cache that takes hours to fill) or that Batch cannot launch.
    Everything else is easier with an `Ec2Environment`: here nothing grows with the queue, and idle hosts are billed.
    Scale the group by a schedule or by a metric of yours; with no host at all jobs wait until something adds one.
    No multi-node parallel jobs.

    Hosts start with AWS's newest ECS image of Amazon Linux 2023, and join the ECS cluster that Batch has made for the
    environment; a small function looks the cluster up when the stack is deployed. A host that is to end takes no more
    jobs and waits for those it has, for `drain_for` at most; then they are stopped and tried again. A newer image or
    another launch template replaces the hosts one by one when it is deployed, which takes as long as their jobs.

    Args:
        scope: The parent.
        construct_id: The id below it.
        vpc: Where hosts are launched.
        instances: Types of the hosts, with their sizes, all for one image: with GPUs or without. In the order of
            preference; on Spot, price and capacity decide.
        min_hosts: Hosts that there are at least, 0 to `max_hosts`; they are billed. 0 only where something of yours
            adds hosts: Batch does not.
        max_hosts: Hosts that there are at most, 1 or more; `min_hosts` or 1 by default.
        spot: Whether hosts are Spot instances.
        image: Their machine image, with the ECS agent; AWS's newest for the instances by default.
        root_volume: Their root disk.
        agent_settings: Further lines of the ECS agent's configuration.
        parts: What else they have, as in `HostLaunchTemplate`; with `Instances.nvme`, `NvmeScratch` by default.
        subnets: Which subnets; private ones by default.
        security_groups: One to five groups; by default one that lets nothing in.
        instance_role: The hosts' role, with `AmazonEC2ContainerServiceforEC2Role`; made when left out.
        service_role: Batch's role, with `AWSBatchServiceRole`; made when left out, as AWS has none of its own for
            unmanaged environments.
        unmanaged_vcpus: vCPUs of all hosts, 1 or more; fair share reserves a part of them. Nothing else reads it.
        drain_for: How long a host that is to end waits for its jobs, 30 s to 2 h; half an hour by default.
        replace_hosts: Whether a deployment replaces hosts whose template has changed. False leaves them until you end
            them, and only new ones get the new template.
        container_insights: How much CloudWatch Container Insights collects; left to the account by default.
        tags: Tags of the environment itself, up to 50. A change replaces it, and so tags of the whole app leave it out.
        enabled: Whether queues may place jobs on it. False drains it; the hosts stay.

    Raises:
        ConfigurationError: A number is outside its range, or a family stands where only types are launched.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        instances: Instances,
        min_hosts: int = 1,
        max_hosts: int | None = None,
        spot: bool = False,
        image: HostImage | None = None,
        root_volume: RootVolume | None = None,
        agent_settings: Mapping[str, str] | None = None,
        parts: Sequence[HostPart] = (),
        subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        instance_role: iam.IRole | None = None,
        service_role: iam.IRole | None = None,
        unmanaged_vcpus: int | None = None,
        drain_for: cdk.Duration | None = None,
        replace_hosts: bool = True,
        container_insights: ContainerInsights | None = None,
        tags: Mapping[str, str] | None = None,
        enabled: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        self._batchwright_scope = scope
        settings = UnmanagedSettings(
            vpc=vpc,
            instances=instances,
            min_hosts=min_hosts,
            max_hosts=max_hosts,
            spot=spot,
            image=image,
            root_volume=root_volume,
            agent_settings=agent_settings,
            parts=parts,
            subnets=subnets,
            security_groups=security_groups,
            instance_role=instance_role,
            service_role=service_role,
            unmanaged_vcpus=unmanaged_vcpus,
            drain_for=cdk.Duration.minutes(_DRAIN_MINUTES) if drain_for is None else drain_for,
            replace_hosts=replace_hosts,
            container_insights=container_insights,
            tags=tags,
            enabled=enabled,
        )
        self._placement = place(
            self, vpc=vpc, subnets=subnets, security_groups=security_groups, problems=settings.problems()
        )
        self._service_role = service_role or new_service_role(self)
        self._resource = self._build(settings)
        self._cluster = find_cluster(self, self.compute_environment_arn)
        self._hosts = build_hosts(self, settings, self._placement, cluster_arn=self.cluster_arn)
        self._draining = self._drain(settings.drain_for)
        self._capacity = Capacity(
            kind=UNMANAGED,
            platform=Platform.EC2,
            max_vcpus=None if is_token(unmanaged_vcpus) else unmanaged_vcpus,
            architecture=instances.architecture,
            instance_types=instances.types,
            internet=self._placement.internet,
        )

    def _build(self, settings: UnmanagedSettings) -> batch.CfnComputeEnvironment:
        insights = settings.container_insights
        resource = batch.CfnComputeEnvironment(
            self,
            "Resource",
            type="unmanaged",
            state="ENABLED" if settings.enabled else "DISABLED",
            service_role=self._service_role.role_arn,
            unmanagedv_cpus=settings.unmanaged_vcpus,
            ecs_settings=batch.CfnComputeEnvironment.EcsSettingsProperty(container_insights=str(insights))
            if insights
            else None,
            tags=dict(settings.tags) if settings.tags else None,
            replace_compute_environment=False,
        )
        if settings.service_role:
            # Its policies outlive the environment, or the environment's deletion hangs.
            resource.node.add_dependency(settings.service_role)
        keep_tags(resource, settings.tags)
        return resource

    def _drain(self, timeout: cdk.Duration) -> HostDraining:
        # Here, as loading it takes longer than what most applications build.
        from batchwright.environments.unmanaged.draining import HostDraining

        return HostDraining(
            self,
            "Draining",
            group=self._hosts.group,
            cluster_arn=self.cluster_arn,
            cluster_name=self._cluster.get_att_string("Name"),
            timeout=timeout,
        )

    @property
    def compute_environment_arn(self) -> str:
        """ARN of the environment."""
        return self._resource.attr_compute_environment_arn

    @cached_property
    def compute_environment(self) -> batch.IUnmanagedComputeEnvironment:
        """The environment as CDK's own interface, for code that takes one."""
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
    def cluster_arn(self) -> str:
        """ARN of the ECS cluster that the hosts join, known at deployment."""
        return self._cluster.get_att_string("Arn")

    @property
    def auto_scaling_group(self) -> autoscaling.CfnAutoScalingGroup:
        """The hosts' Auto Scaling group, to scale it."""
        return self._hosts.group

    @property
    def launch_template(self) -> HostLaunchTemplate:
        """The hosts' launch template."""
        return self._hosts.launch_template

    @property
    def instance_role(self) -> iam.IRole:
        """The hosts' role."""
        return self._hosts.role

    @property
    def service_role(self) -> iam.IRole:
        """Batch's role."""
        return self._service_role

    @property
    def draining(self) -> HostDraining:
        """What waits for the jobs of hosts that end."""
        return self._draining

    @property
    def connections(self) -> ec2.Connections:
        """The hosts' security groups, to open ports from and to."""
        # Not a cached property itself: the CDK's kernel sees only plain ones of an object that it is handed.
        return self._connections

    @cached_property
    def _connections(self) -> ec2.Connections:
        return ec2.Connections(security_groups=list(self._placement.security_groups))
