"""Every kind of environment that one suite holds to the same promises; a kind joins by an entry here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from support.parts import environment_of, vpc_of
from support.sample_parts.environment_kinds import (
    eks_full,
    eks_of,
    managed_instances_full,
    managed_instances_of,
    unmanaged_full,
    unmanaged_of,
)

from batchwright import (
    AllocationStrategy,
    ContainerInsights,
    HostImage,
    HostLaunchTemplate,
    HostOptions,
    Instances,
    LaunchTemplateOverride,
    RootVolume,
    Updates,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import aws_batch as batch
    from constructs import Construct

Options = dict[str, Any]
HOST_POLICY: Final = "service-role/AmazonEC2ContainerServiceforEC2Role"


class Environment(Protocol):
    """What every kind shows."""

    @property
    def resource(self) -> batch.CfnComputeEnvironment: ...

    @property
    def compute_environment_arn(self) -> str: ...


@dataclass(frozen=True)
class EnvironmentKind:
    """One kind of environment.

    Attributes:
        build: Makes one below a scope, with an id and options of its own.
        full: Makes, in a scope, every option that the kind has.
        wrong: Wrong values, by the field that each is refused for.
        type: Its `ComputeResources.Type` as built with the least; None when it has no compute resources.
        owns_hosts: Whether Batch launches its hosts, which then need their roles until the environment is gone.
    """

    build: Callable[..., Environment]
    full: Callable[[Construct], Options]
    wrong: dict[str, Options]
    type: str | None
    owns_hosts: bool = True


def _network(scope: Construct) -> Options:
    vpc = vpc_of(scope, construct_id="Full")
    return {
        "vpc": vpc,
        "subnets": ec2.SubnetSelection(availability_zones=["us-east-1a"]),
        "security_groups": [ec2.SecurityGroup(scope, "Group", vpc=vpc)],
        "container_insights": ContainerInsights.ENHANCED,
        "tags": {"team": "imaging"},
        "enabled": False,
    }


def _hosts(scope: Construct) -> HostOptions:
    return HostOptions(
        launch_template=HostLaunchTemplate(scope, "Hosts", root_volume=RootVolume(gibibytes=200)),
        launch_template_overrides=[
            LaunchTemplateOverride(instances=["g6", "m7i.large"], template=HostLaunchTemplate(scope, "Others"))
        ],
        images=[
            HostImage.ami("ami-0123456789abcdef0", image_type="ECS_AL2023"),
            HostImage.newest("ECS_AL2023_NVIDIA"),
        ],
        role=iam.Role(
            scope,
            "Role",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(HOST_POLICY)],
        ),
        placement_group=ec2.PlacementGroup(scope, "Spread", strategy=ec2.PlacementGroupStrategy.SPREAD),
        key_pair=ec2.KeyPair.from_key_pair_name(scope, "Key", "operators"),
        tags={"cost-centre": "4711"},
        desired_vcpus=8,
    )


def _hosted(scope: Construct, strategy: AllocationStrategy) -> Options:
    return {
        **_network(scope),
        "instances": Instances.of("c7i", "m7i", "g6"),
        "min_vcpus": 4,
        "max_vcpus": 512,
        "scale_down_delay": Duration.minutes(20),
        "strategy": strategy,
        "hosts": _hosts(scope),
        "updates": Updates(timeout=Duration.hours(2), terminate_jobs=True, latest_image=False),
    }


def _on_demand(scope: Construct) -> Options:
    return _hosted(scope, AllocationStrategy.BEST_FIT_PROGRESSIVE_ORDERED)


def _spot(scope: Construct) -> Options:
    return {**_hosted(scope, AllocationStrategy.SPOT_CAPACITY_OPTIMIZED_PRIORITIZED), "bid_percentage": 80}


def _fargate(scope: Construct) -> Options:
    role = iam.Role(scope, "Service", assumed_by=iam.ServicePrincipal("batch.amazonaws.com"))
    return {**_network(scope), "max_vcpus": 512, "service_role": role}


def _managed_instances(scope: Construct) -> Options:
    return {**managed_instances_full(scope), **_network(scope)}


_WRONG_ANYWHERE: Final[dict[str, Options]] = {
    "max_vcpus": {"max_vcpus": "64"},
    "vpc": {"vpc": "vpc-00000001"},
    "subnets": {"subnets": ["subnet-00000001"]},
    "security_groups": {"security_groups": "sg-00000001"},
    "container_insights": {"container_insights": "ON"},
    "service_role": {"service_role": "arn:aws:iam::123456789012:role/batch"},
    "tags": {"tags": ["team"]},
    "enabled": {"enabled": "no"},
    "tags['aws:team']": {"tags": {"aws:team": "imaging"}},
}
_WRONG_ON_HOSTS: Final[dict[str, Options]] = {
    **_WRONG_ANYWHERE,
    "min_vcpus": {"min_vcpus": 1.5},
    "instances": {"instances": ["c7i"]},
    "scale_down_delay": {"scale_down_delay": Duration.minutes(19)},
    "strategy": {"strategy": "CHEAPEST"},
    "hosts": {"hosts": {"key_pair": "operators"}},
    "hosts.key_pair": {"hosts": HostOptions(key_pair="operators")},  # type: ignore[arg-type]
    "hosts.role": {"hosts": HostOptions(role="hosts")},  # type: ignore[arg-type]
    "hosts.placement_group": {"hosts": HostOptions(placement_group="near")},  # type: ignore[arg-type]
    "hosts.launch_template": {"hosts": HostOptions(launch_template="lt-1")},  # type: ignore[arg-type]
    "hosts.launch_template_overrides": {"hosts": HostOptions(launch_template_overrides="g6")},  # type: ignore[arg-type]
    "hosts.images": {"hosts": HostOptions(images=[HostImage.newest("ECS_AL2023_NVIDIA")] * 3)},
    "hosts.images[0].image": {"hosts": HostOptions(images=[HostImage.ami("al2023")])},
    "hosts.images[0].image_type": {"hosts": HostOptions(images=[HostImage.newest("ECS_AL2")])},
    "hosts.tags['team']": {"hosts": HostOptions(tags={"team": 1})},  # type: ignore[dict-item]
    "hosts.desired_vcpus": {"hosts": HostOptions(desired_vcpus=300)},
    "updates": {"updates": 30},
    "updates.timeout": {"updates": Updates(timeout=Duration.seconds(90))},
    "updates.replace": {"updates": Updates(replace="yes")},  # type: ignore[arg-type]
    "updates.terminate_jobs": {"updates": Updates(terminate_jobs=True, replace=True)},
    "updates.latest_image": {
        "updates": Updates(latest_image=True),
        "hosts": HostOptions(images=[HostImage.ami("ami-00000001")]),
    },
}

_WRONG_ON_MANAGED_INSTANCES: Final[dict[str, Options]] = {
    **{field: options for field, options in _WRONG_ANYWHERE.items() if field != "service_role"},
    "instances": {"instances": ["c7i"]},
    "capacity": {"capacity": "SAVINGS"},
    "storage": {"storage": 100},
    "scale_in_after": {"scale_in_after": 300},
    "capacity_tags": {"capacity_tags": ["team"]},
}

_WRONG_ON_EKS: Final[dict[str, Options]] = {
    "namespace": {"namespace": "batch"},
    "spot": {"spot": "yes"},
    "instances": {"instances": ["m7i"]},
    "max_vcpus": {"max_vcpus": "64"},
    "strategy": {"strategy": "CHEAPEST"},
    "access": {"access": "ON"},
    "kubernetes_version": {"kubernetes_version": 1.33},
    "tags": {"tags": ["team"]},
    "enabled": {"enabled": "no"},
}
_WRONG_UNMANAGED: Final[dict[str, Options]] = {
    "instances": {"instances": ["m7i.2xlarge"]},
    "min_hosts": {"min_hosts": "1"},
    "spot": {"spot": "yes"},
    "unmanaged_vcpus": {"unmanaged_vcpus": "2"},
    "replace_hosts": {"replace_hosts": "no"},
    "tags": {"tags": ["team"]},
    "enabled": {"enabled": "no"},
}

KINDS: Final[dict[str, EnvironmentKind]] = {
    "EC2": EnvironmentKind(partial(environment_of, kind="EC2"), _on_demand, _WRONG_ON_HOSTS, "EC2"),
    "SPOT": EnvironmentKind(
        partial(environment_of, kind="SPOT"),
        _spot,
        {**_WRONG_ON_HOSTS, "bid_percentage": {"bid_percentage": 101}},
        "SPOT",
    ),
    "FARGATE": EnvironmentKind(partial(environment_of, kind="FARGATE"), _fargate, _WRONG_ANYWHERE, "FARGATE"),
    "FARGATE_SPOT": EnvironmentKind(
        partial(environment_of, kind="FARGATE_SPOT"), _fargate, _WRONG_ANYWHERE, "FARGATE_SPOT"
    ),
    "ECS_MANAGED_INSTANCES": EnvironmentKind(
        managed_instances_of, _managed_instances, _WRONG_ON_MANAGED_INSTANCES, "ECS_MANAGED_INSTANCES"
    ),
    "EKS": EnvironmentKind(eks_of, eks_full, _WRONG_ON_EKS, "EC2"),
    "UNMANAGED": EnvironmentKind(unmanaged_of, unmanaged_full, _WRONG_UNMANAGED, None, owns_hosts=False),
}
"""By name; a new kind joins here."""
