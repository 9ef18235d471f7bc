"""Where an environment's hosts or tasks are placed: subnets and security group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_ec2 as ec2

from batchwright.model import Problems
from batchwright.model.placement import security_group_problems, subnet_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batchwright.model import Problem


@dataclass(frozen=True, slots=True)
class Placement:
    """Subnets and security groups of an environment.

    Attributes:
        subnet_ids: The subnets' ids.
        public: Whether one of them is public.
        security_groups: One to five groups.
    """

    subnet_ids: tuple[str, ...]
    public: bool
    security_groups: tuple[ec2.ISecurityGroup, ...]

    @property
    def security_group_ids(self) -> list[str]:
        """The groups' ids."""
        return [group.security_group_id for group in self.security_groups]


def place(
    scope: Construct,
    *,
    vpc: ec2.IVpc,
    subnets: ec2.SubnetSelection | None,
    security_groups: Sequence[ec2.ISecurityGroup] | None,
    problems: Sequence[Problem] = (),
) -> Placement:
    """Select subnets (private ones unless told otherwise) and take or make a security group.

    Raises:
        ConfigurationError: More than 16 subnets or more than five security groups, or none of either; together with
            the `problems` that the environment has found before.
            Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
    """
    subnet_ids, public = _select(vpc, subnets)
    found = Problems(where(scope))
    found.extend(problems)
    found.extend(subnet_problems(len(subnet_ids)))
    if security_groups is not None:
        found.extend(security_group_problems(len(security_groups)))
    found.raise_if_any()
    groups = security_groups or (_closed_group(scope, vpc),)
    return Placement(subnet_ids, public, tuple(groups))


def _select(vpc: ec2.IVpc, subnets: ec2.SubnetSelection | None) -> tuple[tuple[str, ...], bool]:
    """Choose subnets: their ids, and whether one of them is public."""
    if subnets is None:
        # The CDK's own preference, in half the calls that select_subnets() takes.
        private = vpc.private_subnets or vpc.isolated_subnets
        chosen = private or vpc.public_subnets
        return tuple(subnet.subnet_id for subnet in chosen), not private
    selected = vpc.select_subnets(
        availability_zones=subnets.availability_zones,
        one_per_az=subnets.one_per_az,
        subnet_filters=subnets.subnet_filters,
        subnet_group_name=subnets.subnet_group_name,
        subnets=subnets.subnets,
        subnet_type=subnets.subnet_type,
    )
    return tuple(selected.subnet_ids), selected.has_public


def _closed_group(scope: Construct, vpc: ec2.IVpc) -> ec2.SecurityGroup:
    return ec2.SecurityGroup(scope, "SecurityGroup", vpc=vpc, description="Batch jobs: nothing in, everything out")
