"""Where an environment's hosts or tasks are placed: subnets and security group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_ec2 as ec2

from batchwright.environments.hosted.efa import open_group
from batchwright.model import Problem, Problems
from batchwright.model.arguments import is_like, kind_problems, like_item_problems
from batchwright.model.efa import efa_network_problems
from batchwright.model.managed_instances import way_out_problems
from batchwright.model.placement import security_group_problems, subnet_problems
from batchwright.tokens import is_token, where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct


@dataclass(frozen=True, slots=True)
class Placement:
    """Subnets and security groups of an environment.

    Attributes:
        subnet_ids: The subnets' ids.
        public: Whether one of them is public.
        internet: Whether private ones route to the internet; None of public ones, where it is a matter of addresses,
            and where the VPC is not made in this application.
        security_groups: One to five groups.
    """

    subnet_ids: tuple[str, ...]
    public: bool
    internet: bool | None
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
    together: bool = False,
    needs_internet: bool = False,
) -> Placement:
    """Select subnets (private ones unless told otherwise) and take or make a security group.

    Args:
        scope: Where a security group is made.
        vpc: The VPC.
        subnets: Which subnets; None for the private ones.
        security_groups: Which groups; None for a new one.
        problems: What the environment has found before.
        together: Whether hosts must share one zone and reach each other. Without a choice of subnets, the first one is
            taken then, and the new group is open to itself.
        needs_internet: Whether VPC endpoints do not do, so that subnets without a way out are refused.

    Raises:
        ConfigurationError: More than 16 subnets or more than five security groups, or none of either; several zones
            where one is needed; no way out where one is needed; an argument of another kind; together with the
            `problems`.
            Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
    """
    found = Problems(where(scope))
    found.extend(problems)
    selection = _select(vpc, subnets, found, together=together) if _is_place(found, vpc, subnets) else None
    if selection:
        found.extend(subnet_problems(len(selection.subnet_ids)))
        found.extend(way_out_problems(internet=selection.internet) if needs_internet else [])
    fix = "Use [ec2.SecurityGroup(...)]."
    if security_groups is not None:
        kind = "a security group"
        kinds = like_item_problems("security_groups", security_groups, "security_group_id", kind=kind, fix=fix)
        found.extend(kinds or security_group_problems(len(security_groups)))
    found.raise_if_any()
    chosen = selection or _Selection((), public=False, internet=None)
    groups = security_groups or (open_group(scope, vpc) if together else _closed_group(scope, vpc),)
    return Placement(chosen.subnet_ids, chosen.public, chosen.internet, tuple(groups))


@dataclass(frozen=True, slots=True)
class _Selection:
    """Chosen subnets, as far as `Placement` tells of them."""

    subnet_ids: tuple[str, ...]
    public: bool
    internet: bool | None


def _is_place(found: Problems, vpc: ec2.IVpc, subnets: object) -> bool:
    is_vpc = found.check(
        is_like(vpc, "vpc_id"),
        field="vpc",
        value=vpc,
        allowed="an ec2.IVpc",
        fix="Use a Network's .vpc, or ec2.Vpc.from_lookup(...).",
    )
    fix = "Use ec2.SubnetSelection(...)."
    kinds = kind_problems("subnets", subnets, ec2.SubnetSelection, fix=fix)
    found.extend(kinds)
    return is_vpc and not kinds


def _select(
    vpc: ec2.IVpc, subnets: ec2.SubnetSelection | None, found: Problems, *, together: bool
) -> _Selection | None:
    """Choose subnets; None where the VPC has none such."""
    if subnets is None:
        return _select_private(vpc, together=together)
    try:
        selected = vpc.select_subnets(
            availability_zones=subnets.availability_zones,
            one_per_az=subnets.one_per_az,
            subnet_filters=subnets.subnet_filters,
            subnet_group_name=subnets.subnet_group_name,
            subnets=subnets.subnets,
            subnet_type=subnets.subnet_type,
        )
    except RuntimeError as error:
        # The CDK's words, without the code before them: which groups there are, or what excludes what.
        text = str(error).partition(": ")[2] or str(error)
        found.check(False, field="subnets", value=text, allowed="a selection that the VPC has", fix="Select others.")
        return None
    if together:
        zones = set(selected.availability_zones)
        count = None if any(map(is_token, zones)) else len(zones)
        found.extend(
            efa_network_problems(inbound_from_itself=None, outbound_to_itself=None, placement_group=None, zones=count)
        )
    ids, public = tuple(selected.subnet_ids), selected.has_public
    return _Selection(ids, public=public, internet=None if public else _reaches_internet(vpc, ids))


def _select_private(vpc: ec2.IVpc, *, together: bool) -> _Selection:
    # The CDK's own preference, in half the calls that select_subnets() takes.
    routed = vpc.private_subnets
    private = routed or vpc.isolated_subnets
    chosen = private or vpc.public_subnets
    ids = tuple(subnet.subnet_id for subnet in (chosen[:1] if together else chosen))
    known = bool(private) and isinstance(vpc, ec2.Vpc)
    return _Selection(ids, public=not private, internet=bool(routed) if known else None)


def _reaches_internet(vpc: ec2.IVpc, subnet_ids: Sequence[str]) -> bool | None:
    """Whether private subnets route to the internet.

    None of an imported VPC: a look-up calls a subnet isolated whose way out is a firewall or an instance of the user's.
    """
    if not isinstance(vpc, ec2.Vpc):
        return None
    isolated = {subnet.subnet_id for subnet in vpc.isolated_subnets}
    return False if isolated.issuperset(subnet_ids) else True if isolated.isdisjoint(subnet_ids) else None


def _closed_group(scope: Construct, vpc: ec2.IVpc) -> ec2.SecurityGroup:
    return ec2.SecurityGroup(scope, "SecurityGroup", vpc=vpc, description="Batch jobs: nothing in, everything out")
