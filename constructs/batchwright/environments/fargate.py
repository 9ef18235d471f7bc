"""Compute environment on Fargate: no hosts to look after."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from batchwright.environments import defaults
from batchwright.environments.container_insights import ContainerInsights, insights_problems
from batchwright.environments.identity import resource_id
from batchwright.environments.placement import place
from batchwright.environments.static_tags import environment_tag_problems, keep_tags
from batchwright.environments.vcpus import vcpu_problems
from batchwright.model import Capacity, Platform
from batchwright.model.arguments import like_problems, required_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam


@jsii.implements(ec2.IConnectable)
class FargateEnvironment(Construct):
    """A managed compute environment on Fargate: starts in under a minute, no GPUs, sizes from a fixed table.

    A queue holds Fargate environments or EC2 environments, never both. The CPU architecture is the job's choice.

    Args:
        scope: The parent.
        construct_id: The id below it.
        vpc: Where tasks run.
        spot: Whether to run on Fargate Spot: cheaper, and taken back with two minutes' notice.
        max_vcpus: vCPUs of all tasks at a time, 1 or more.
        subnets: Which subnets; private ones by default. With public ones, jobs get a public address.
        security_groups: One to five groups; by default one that lets nothing in.
        container_insights: How much CloudWatch Container Insights collects; what the account says when left out.
        service_role: A role of your own for Batch; AWS's service-linked role by default.
        tags: Tags of the environment itself; a change replaces it. Those that `Tags.of(...)` sets on what is above it
            do not reach it. Tags of tasks come from their jobs.
        enabled: Whether queues may place jobs on it. False drains it.

    Raises:
        ConfigurationError: AWS would refuse the settings.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        spot: bool = False,
        max_vcpus: int = defaults.MAX_VCPUS,
        subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        container_insights: ContainerInsights | None = None,
        service_role: iam.IRole | None = None,
        tags: Mapping[str, str] | None = None,
        enabled: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        self._batchwright_scope = scope
        kind = "FARGATE_SPOT" if spot else "FARGATE"
        self._placement = place(
            self,
            vpc=vpc,
            subnets=subnets,
            security_groups=security_groups,
            problems=[
                *vcpu_problems(minimum=0, maximum=max_vcpus),
                *insights_problems(container_insights),
                *like_problems("service_role", service_role, "role_arn", kind="an iam.IRole", fix="Use iam.Role(...)."),
                *environment_tag_problems(tags),
                *required_problems("spot", spot, bool, fix="Use True or False."),
                *required_problems("enabled", enabled, bool, fix="Use True, or False to drain it."),
            ],
        )
        # No update policy, strategy, scale-down delay or tags of compute resources: AWS refuses each of them here. No
        # word about replacement either, which is for hosts: an environment on Fargate is always updated in place.
        # Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-computeenvironment.html
        self._resource = batch.CfnComputeEnvironment(
            self,
            resource_id(Spot=spot, OwnRole=service_role is not None),
            type="managed",
            state="ENABLED" if enabled else "DISABLED",
            compute_resources=batch.CfnComputeEnvironment.ComputeResourcesProperty(
                type=kind,
                maxv_cpus=max_vcpus,
                subnets=list(self._placement.subnet_ids),
                security_group_ids=self._placement.security_group_ids,
            ),
            service_role=service_role.role_arn if service_role else None,
            ecs_settings=batch.CfnComputeEnvironment.EcsSettingsProperty(container_insights=container_insights)
            if container_insights
            else None,
        )
        keep_tags(self._resource, tags)
        if service_role:
            # Its policies outlive the environment, or the environment's deletion hangs.
            self._resource.node.add_dependency(service_role)
        self._capacity = Capacity(
            kind=kind,
            platform=Platform.FARGATE,
            max_vcpus=None if is_token(max_vcpus) else max_vcpus,
            public_ip=self._placement.public,
            # In public subnets, each job asks for an address.
            internet=self._placement.public or self._placement.internet,
        )

    @property
    def compute_environment_arn(self) -> str:
        """ARN of the environment."""
        return self._resource.attr_compute_environment_arn

    @cached_property
    def compute_environment(self) -> batch.IFargateComputeEnvironment:
        """The environment as CDK's own interface, for code that takes one."""
        return batch.FargateComputeEnvironment.from_fargate_compute_environment_arn(
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
    def connections(self) -> ec2.Connections:
        """The tasks' security groups, to open ports from and to."""
        # Not a cached property itself: the CDK's kernel sees only plain ones of an object that it is handed.
        return self._connections

    @cached_property
    def _connections(self) -> ec2.Connections:
        return ec2.Connections(security_groups=list(self._placement.security_groups))
