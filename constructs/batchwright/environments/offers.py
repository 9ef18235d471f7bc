"""Environments described by values, for a `BatchPlatform` to build once it has a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batchwright.environments import defaults
from batchwright.environments.ec2 import Ec2Environment
from batchwright.environments.fargate import FargateEnvironment
from batchwright.environments.instances import Instances
from batchwright.environments.spot import SpotEnvironment

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct


@dataclass(frozen=True, slots=True)
class OnDemand:
    """An `Ec2Environment` of these instances."""

    instances: Instances = field(default_factory=Instances.x86)
    max_vcpus: int = defaults.MAX_VCPUS

    def build(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> Ec2Environment:
        """Create the environment."""
        return Ec2Environment(scope, construct_id, vpc=vpc, instances=self.instances, max_vcpus=self.max_vcpus)


@dataclass(frozen=True, slots=True)
class Spot:
    """A `SpotEnvironment` of these instances."""

    instances: Instances = field(default_factory=Instances.x86)
    max_vcpus: int = defaults.MAX_VCPUS

    def build(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> SpotEnvironment:
        """Create the environment."""
        return SpotEnvironment(scope, construct_id, vpc=vpc, instances=self.instances, max_vcpus=self.max_vcpus)


@dataclass(frozen=True, slots=True)
class Fargate:
    """A `FargateEnvironment`, on Fargate Spot with `spot=True`."""

    spot: bool = False
    max_vcpus: int = defaults.MAX_VCPUS

    def build(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> FargateEnvironment:
        """Create the environment."""
        return FargateEnvironment(scope, construct_id, vpc=vpc, spot=self.spot, max_vcpus=self.max_vcpus)
