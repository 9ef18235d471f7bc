"""Roles of an environment, each with the one policy that AWS keeps for it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from constructs import Construct

# Registers the host with the environment's ECS cluster, pulls images, writes logs. AWS keeps it in step with its agent.
# Source: https://docs.aws.amazon.com/batch/latest/userguide/instance_IAM_role.html
_HOST_POLICY: Final = "service-role/AmazonEC2ContainerServiceforEC2Role"
# Launches, ends and tags Spot instances; the older AmazonEC2SpotFleetRole cannot tag.
# Source: https://docs.aws.amazon.com/batch/latest/userguide/spot_fleet_IAM_role.html
_FLEET_POLICY: Final = "service-role/AmazonEC2SpotFleetTaggingRole"


def instance_role(scope: Construct) -> iam.Role:
    """Make the role of an environment's hosts."""
    return iam.Role(
        scope,
        "InstanceRole",
        assumed_by=_service("ec2.amazonaws.com"),
        managed_policies=[_policy(_HOST_POLICY)],
        description="Hosts of a Batch compute environment; jobs have their own role",
    )


def spot_fleet_role(scope: Construct) -> iam.Role:
    """Make the role of the Spot Fleet behind an environment with the `BEST_FIT` strategy."""
    return iam.Role(
        scope,
        "SpotFleetRole",
        assumed_by=_service("spotfleet.amazonaws.com"),
        managed_policies=[_policy(_FLEET_POLICY)],
        description="Spot Fleet of a Batch compute environment",
    )


# Values without a place in any app: naming them once saves a round trip to the CDK's kernel for each environment.
@cache
def _service(name: str) -> iam.ServicePrincipal:
    return iam.ServicePrincipal(name)


@cache
def _policy(name: str) -> iam.IManagedPolicy:
    return iam.ManagedPolicy.from_aws_managed_policy_name(name)
