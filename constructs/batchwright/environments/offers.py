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
    from collections.abc import Sequence

    import aws_cdk as cdk
    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct

    from batchwright.environments.container_insights import ContainerInsights
    from batchwright.environments.hosted.host_options import HostOptions
    from batchwright.environments.updates import Updates
    from batchwright.model.strategies import AllocationStrategy


@dataclass(frozen=True, slots=True)
class OnDemand:
    """An `Ec2Environment` of these instances; the options mean there what they mean here."""

    instances: Instances = field(default_factory=Instances.x86)
    max_vcpus: int = defaults.MAX_VCPUS
    min_vcpus: int = field(default=defaults.MIN_VCPUS, kw_only=True)
    scale_down_delay: cdk.Duration | None = field(default=None, kw_only=True)
    strategy: AllocationStrategy = field(default=defaults.ON_DEMAND_STRATEGY, kw_only=True)
    hosts: HostOptions | None = field(default=None, kw_only=True)
    updates: Updates | None = field(default=None, kw_only=True)
    container_insights: ContainerInsights | None = field(default=None, kw_only=True)
    enabled: bool = field(default=True, kw_only=True)

    def build(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> Ec2Environment:
        """Create the environment."""
        return Ec2Environment(
            scope,
            construct_id,
            vpc=vpc,
            instances=self.instances,
            max_vcpus=self.max_vcpus,
            min_vcpus=self.min_vcpus,
            scale_down_delay=self.scale_down_delay,
            strategy=self.strategy,
            hosts=self.hosts,
            updates=self.updates,
            container_insights=self.container_insights,
            enabled=self.enabled,
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """A `SpotEnvironment` of these instances; the options mean there what they mean here."""

    instances: Instances = field(default_factory=Instances.x86)
    max_vcpus: int = defaults.MAX_VCPUS
    min_vcpus: int = field(default=defaults.MIN_VCPUS, kw_only=True)
    scale_down_delay: cdk.Duration | None = field(default=None, kw_only=True)
    strategy: AllocationStrategy = field(default=defaults.SPOT_STRATEGY, kw_only=True)
    hosts: HostOptions | None = field(default=None, kw_only=True)
    updates: Updates | None = field(default=None, kw_only=True)
    container_insights: ContainerInsights | None = field(default=None, kw_only=True)
    enabled: bool = field(default=True, kw_only=True)

    def build(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> SpotEnvironment:
        """Create the environment."""
        return SpotEnvironment(
            scope,
            construct_id,
            vpc=vpc,
            instances=self.instances,
            max_vcpus=self.max_vcpus,
            min_vcpus=self.min_vcpus,
            scale_down_delay=self.scale_down_delay,
            strategy=self.strategy,
            hosts=self.hosts,
            updates=self.updates,
            container_insights=self.container_insights,
            enabled=self.enabled,
        )


@dataclass(frozen=True, slots=True)
class Fargate:
    """A `FargateEnvironment`, on Fargate Spot with `spot=True`."""

    spot: bool = False
    max_vcpus: int = defaults.MAX_VCPUS
    container_insights: ContainerInsights | None = field(default=None, kw_only=True)
    enabled: bool = field(default=True, kw_only=True)

    def build(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> FargateEnvironment:
        """Create the environment."""
        return FargateEnvironment(
            scope,
            construct_id,
            vpc=vpc,
            spot=self.spot,
            max_vcpus=self.max_vcpus,
            container_insights=self.container_insights,
            enabled=self.enabled,
        )


def offer_ids(offers: Sequence[OnDemand | Spot | Fargate]) -> Sequence[str]:
    """Name each offer's environment by its kind, and number those of one kind from the second on.

    So an environment keeps its id when another kind joins before it: another id would be another environment.
    """
    seen: dict[str, int] = {}
    ids = []
    for offer in offers:
        kind = "FargateSpot" if isinstance(offer, Fargate) and offer.spot else type(offer).__name__
        seen[kind] = seen.get(kind, 0) + 1
        ids.append(kind if seen[kind] == 1 else f"{kind}{seen[kind]}")
    return ids
