"""What every compute environment with hosts of its own shows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from batchwright.environments.hosted.resources import build_hosted

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam

    from batchwright.environments.hosted.settings import HostedSettings
    from batchwright.hosts.launch_template import HostLaunchTemplate
    from batchwright.model import Capacity


@jsii.implements(ec2.IConnectable)
class HostedEnvironment(Construct):
    """A managed compute environment on EC2 hosts; `Ec2Environment` and `SpotEnvironment` say of which kind.

    Args:
        scope: The parent.
        construct_id: The id below it.
        settings: What it is made of.

    Raises:
        ConfigurationError: AWS would refuse the settings, or take some and ignore them.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: HostedSettings) -> None:
        super().__init__(scope, construct_id)
        self._batchwright_scope = scope
        self._hosted = build_hosted(self, settings)

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
    def placement_group(self) -> ec2.IPlacementGroup | None:
        """Where hosts stand to each other; None when they stand anywhere."""
        return self._hosted.placement_group

    @property
    def spot_fleet_role(self) -> iam.IRole | None:
        """The Spot Fleet's role; None without one, as all strategies but `BEST_FIT` need none."""
        return self._hosted.spot_fleet_role

    @property
    def connections(self) -> ec2.Connections:
        """The hosts' security groups, to open ports from and to."""
        # Not a cached property itself: the CDK's kernel sees only plain ones of an object that it is handed.
        return self._connections

    @cached_property
    def _connections(self) -> ec2.Connections:
        return ec2.Connections(security_groups=list(self._hosted.placement.security_groups))
