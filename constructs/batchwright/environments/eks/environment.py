"""Compute environment on Amazon EKS."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
import jsii
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from batchwright.environments import defaults
from batchwright.environments.eks.access import let_batch_in, let_nodes_in
from batchwright.environments.eks.cluster import cluster_groups, cluster_vpc
from batchwright.environments.eks.namespace import EksNamespace
from batchwright.environments.eks.nodes import Nodes, build_nodes, compute_resources
from batchwright.environments.eks.settings import EksSettings
from batchwright.environments.hosted.host_options import HostOptions
from batchwright.environments.instances import Instances
from batchwright.environments.placement import place
from batchwright.environments.static_tags import keep_tags
from batchwright.environments.updates import Updates
from batchwright.model import Capacity, ConfigurationError, Platform
from batchwright.tokens import is_token, where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam

    from batchwright.hosts.launch_template import HostLaunchTemplate
    from batchwright.model.eks import EksAccess
    from batchwright.model.strategies import AllocationStrategy


# Rules that ship with the CDK may be older than its resources.
_NEW_PROPERTY: Final = "CloudFormation takes AccessEntry of EksConfiguration since September 2026."


@jsii.implements(ec2.IConnectable)
class EksEnvironment(Construct):
    """A managed compute environment whose jobs are pods of an EKS cluster, on nodes that Batch launches and ends.

    Batch makes no cluster: it joins one of yours, in a namespace of its own, and keeps its nodes apart from others by
    labels and taints. This construct sets up what the two need of each other: the namespace with its roles, the way in
    for Batch, and the way in for the nodes.

    Batch gets in by an access entry, as AWS advises, where the cluster takes those; all Batch environments of a
    cluster have to ask for it. Otherwise its role and the nodes' stand in the `aws-auth` ConfigMap: of a cluster that
    the CDK makes, this construct writes them there; into another one's, you do. Whoever deploys needs
    `eks:DescribeCluster` and the permissions for access entries.
    Source: https://docs.aws.amazon.com/batch/latest/userguide/eks-access-entries.html

    For pods with GPUs the cluster needs NVIDIA's device plugin as a DaemonSet that tolerates the nodes' taint
    `batch.amazonaws.com/batch-node`. Source: https://docs.aws.amazon.com/batch/latest/userguide/run-eks-gpu-workload.html

    A cluster takes five environments. The cluster and the namespace cannot be changed; CloudFormation replaces the
    environment for those.

    Args:
        scope: The parent.
        construct_id: The id below it.
        namespace: Where pods run, and of which cluster.
        spot: Whether nodes are Spot instances.
        instances: What may be launched; `Instances.x86()` by default.
        max_vcpus: vCPUs that it grows to at most, 1 or more.
        min_vcpus: vCPUs kept running when idle, 0 to `max_vcpus`; they are billed.
        scale_down_delay: How long a node waits for another job when its last one has ended, 0 or 20 to 10,080 whole
            minutes; it is billed meanwhile. By default Batch ends it soon.
        strategy: How Batch chooses among the instances, any but `BEST_FIT`; `BEST_FIT_PROGRESSIVE` by default, on Spot
            `SPOT_PRICE_CAPACITY_OPTIMIZED`.
        access: How Batch gets into the cluster; by an access entry, unless the cluster takes none.
        node_access: Whether to make the nodes' access entry. False for a role that has one: a second is refused.
        kubernetes_version: Of the nodes' image, such as `1.33`; by default the newest that Batch has. Keep it within
            what the cluster's version allows.
        vpc: The cluster's VPC; needed for an imported cluster without one.
        subnets: Which subnets of it; private ones by default.
        security_groups: One to five groups; by default the cluster's own, through which nodes and cluster talk.
        hosts: What nodes are made of: launch templates (with `ecs_agent=False`), an image, their role (with
            `AmazonEKSWorkerNodePolicy`, `AmazonEC2ContainerRegistryPullOnly` and, unless the CNI has a role of its
            own, `AmazonEKS_CNI_Policy`), tags and more.
        updates: What happens to nodes and running jobs when a change needs other nodes; the environment stays, and
            running jobs get half an hour, by default.
        bid_percentage: A ceiling on the Spot price, 0 to 100 percent of On-Demand; it only takes capacity away.
        tags: Tags of the environment itself; a change replaces it. `HostOptions.tags` are those of the nodes.
        enabled: Whether queues may place jobs on it. False drains it.

    Raises:
        ConfigurationError: AWS would refuse the settings, or take some and ignore them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        namespace: EksNamespace,
        spot: bool = False,
        instances: Instances | None = None,
        max_vcpus: int = defaults.MAX_VCPUS,
        min_vcpus: int = defaults.MIN_VCPUS,
        scale_down_delay: cdk.Duration | None = None,
        strategy: AllocationStrategy | None = None,
        access: EksAccess | None = None,
        node_access: bool = True,
        kubernetes_version: str | None = None,
        vpc: ec2.IVpc | None = None,
        subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        hosts: HostOptions | None = None,
        updates: Updates | None = None,
        bid_percentage: int | None = None,
        tags: Mapping[str, str] | None = None,
        enabled: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        self._batchwright_scope = scope
        settings = EksSettings(
            namespace=namespace,
            spot=spot,
            instances=Instances.x86() if instances is None else instances,
            min_vcpus=min_vcpus,
            max_vcpus=max_vcpus,
            scale_down_delay=scale_down_delay,
            strategy=strategy,
            access=access,
            node_access=node_access,
            kubernetes_version=kubernetes_version,
            security_groups=security_groups,
            hosts=HostOptions() if hosts is None else hosts,
            updates=Updates() if updates is None else updates,
            bid_percentage=bid_percentage,
            tags=tags,
            enabled=enabled,
        )
        problems = list(settings.problems())
        if isinstance(namespace, EksNamespace):
            known = namespace.cluster
            vpc = cluster_vpc(known, problems) if vpc is None else vpc
            security_groups = cluster_groups(known, problems) if security_groups is None else security_groups
        if vpc is None:
            raise ConfigurationError(str(where(self)), problems)
        self._placement = place(
            self,
            vpc=vpc,
            subnets=subnets,
            security_groups=security_groups,
            problems=problems,
            together=not problems and settings.efa_interfaces > 0,
        )
        self._nodes = build_nodes(self, settings, self._placement)
        self._resource = self._build(settings, self._nodes)
        keep_tags(self._resource, tags)
        namespace.come_before(self._resource)
        let_nodes_in(self._resource, self._nodes.role, settings)
        let_batch_in(self._resource, settings)
        self._capacity = Capacity(
            kind=settings.kind,
            platform=Platform.EKS,
            max_vcpus=None if is_token(max_vcpus) else max_vcpus,
            architecture=settings.instances.architecture,
            instance_types=settings.instances.types,
            efa_interfaces=self._nodes.launch_template.efa_interfaces,
            namespace=namespace.name,
            internet=self._placement.internet,
        )

    def _build(self, settings: EksSettings, nodes: Nodes) -> batch.CfnComputeEnvironment:
        replaced, timeout = settings.updates.replace, settings.updates.timeout
        resource = batch.CfnComputeEnvironment(
            self,
            "Resource",
            type="managed",
            state="ENABLED" if settings.enabled else "DISABLED",
            eks_configuration=batch.CfnComputeEnvironment.EksConfigurationProperty(
                eks_cluster_arn=settings.namespace.cluster.cluster_arn,
                kubernetes_namespace=settings.namespace.name,
                access_entry=batch.CfnComputeEnvironment.EksAccessEntryProperty(
                    desired_state=settings.chosen_access.value
                ),
            ),
            compute_resources=compute_resources(self, settings, nodes, self._placement),
            tags=dict(settings.tags) if settings.tags else None,
            replace_compute_environment=replaced,
            update_policy=None
            if replaced
            else batch.CfnComputeEnvironment.UpdatePolicyProperty(
                job_execution_timeout_minutes=timeout.to_minutes() if timeout else defaults.UPDATE_TIMEOUT_MINUTES,
                terminate_jobs_on_update=settings.updates.terminate_jobs,
            ),
        )
        cdk.Validations.of(resource).acknowledge(
            cdk.Acknowledgment(id="CloudFormation-Validate::F3002", reason=_NEW_PROPERTY)
        )
        if settings.hosts.role:
            # Its policies outlive the environment, or the environment's deletion hangs.
            resource.node.add_dependency(settings.hosts.role)
        return resource

    @property
    def compute_environment_arn(self) -> str:
        """ARN of the environment."""
        return self._resource.attr_compute_environment_arn

    @cached_property
    def compute_environment(self) -> batch.IComputeEnvironment:
        """The environment as CDK's own interface, for code that takes one."""
        # The CDK imports no environment on EKS; of all that it imports, this kind claims the least.
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
        """The nodes' role."""
        return self._nodes.role

    @property
    def launch_template(self) -> HostLaunchTemplate:
        """The nodes' launch template."""
        return self._nodes.launch_template

    @property
    def connections(self) -> ec2.Connections:
        """The nodes' security groups, to open ports from and to."""
        # Not a cached property itself: the CDK's kernel sees only plain ones of an object that it is handed.
        return self._connections

    @cached_property
    def _connections(self) -> ec2.Connections:
        return ec2.Connections(security_groups=list(self._placement.security_groups))
