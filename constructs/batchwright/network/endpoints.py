"""VPC endpoints for subnets without a way to the internet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from batchwright.model import Platform, Problem, Problems
from batchwright.model.arguments import kind_problems, like_problems, texts_problems
from batchwright.model.egress import GATEWAYS, endpoint_name_problems, endpoint_platform_problems, endpoint_services
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


# Construct ids are part of the interface: these two were named before there was a rule.
_IDS: Final[Mapping[str, str]] = {"ecr.dkr": "EcrDocker", "secretsmanager": "SecretsManager"}


class VpcEndpoints(Construct):
    """What Batch needs in an existing VPC whose subnets have no way to the internet.

    Interface endpoints (billed per hour and zone) for images, the ECS agent, logs and secrets, and S3's gateway
    endpoint (free), from which image layers come. A VPC takes one endpoint with private names of each service: leave
    out those it has.

    ```python
    vpc = ec2.Vpc.from_lookup(self, "Vpc", vpc_id="vpc-0123")
    VpcEndpoints(self, "Endpoints", vpc=vpc, endpoints_for=[Platform.FARGATE], without=["logs"])
    ```

    A `Network` has them already.

    Args:
        scope: The parent.
        construct_id: The id below it.
        vpc: The VPC; DNS names and DNS support must be on in it.
        endpoints_for: What the environments run on: `Platform.EC2` by default, which covers Fargate too. Not Managed
            Instances, whose hosts need a NAT gateway or public addresses.
        endpoints: Further AWS services, by their suffix (`sts`, `sns`, `states`, ...; `ssm` for secrets in Parameter
            Store, `ssmmessages` for ECS Exec); `dynamodb` gets a gateway endpoint.
        without: Services that the VPC has endpoints for, by their suffix; `s3` leaves the gateway out. An imported VPC
            needs its route tables' ids for a gateway.
        subnets: The subnets of the interface endpoints, one in each zone; private ones by default.
        security_group: The interface endpoints' group; by default one that lets HTTPS in from the VPC's addresses.

    Raises:
        ConfigurationError: A service's name is not its suffix, endpoints cannot serve the platform, or `without` names
            a service that would not be added.

    Attributes:
        interfaces: The interface endpoints, by service.
        gateways: The gateway endpoints, by service.
        security_group: The interface endpoints' group.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        endpoints_for: Sequence[Platform] = (Platform.EC2,),
        endpoints: Sequence[str] = (),
        without: Sequence[str] = (),
        subnets: ec2.SubnetSelection | None = None,
        security_group: ec2.ISecurityGroup | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        problems.extend(_kind_problems(vpc, subnets, security_group))
        nat = "Use private subnets with a NAT gateway."
        wrong = [
            *endpoint_problems(endpoints, endpoints_for or (), gateways=["s3"], fix=nat),
            *texts_problems("without", without, fix='Use ["logs"].'),
        ]
        services = [] if wrong else endpoint_services(endpoints_for, endpoints)
        problems.extend(wrong or _leftover_problems(without, services))
        problems.raise_if_any()
        wanted = [service for service in ("s3", *services) if service not in without]
        problems.extend(_vpc_problems(vpc, addresses=security_group is None, routes=not GATEWAYS.isdisjoint(wanted)))
        problems.raise_if_any()
        self.security_group: ec2.ISecurityGroup = security_group or endpoint_group(self, "SecurityGroup", vpc)
        self.gateways: Mapping[str, ec2.GatewayVpcEndpoint] = {
            service: ec2.GatewayVpcEndpoint(
                self, endpoint_construct_id(service), vpc=vpc, service=ec2.GatewayVpcEndpointAwsService(service)
            )
            for service in wanted
            if service in GATEWAYS
        }
        self.interfaces: Mapping[str, ec2.InterfaceVpcEndpoint] = {
            service: ec2.InterfaceVpcEndpoint(
                self,
                endpoint_construct_id(service),
                vpc=vpc,
                service=ec2.InterfaceVpcEndpointAwsService(service),
                security_groups=[self.security_group],
                subnets=subnets or ec2.SubnetSelection(one_per_az=True),
                open=False,
            )
            for service in wanted
            if service not in GATEWAYS
        }


def endpoint_problems(
    endpoints: Sequence[str],
    platforms: Sequence[Platform] | None,
    *,
    fix: str,
    gateways: Iterable[str] = GATEWAYS,
) -> Sequence[Problem]:
    """Find what is wrong with the endpoints that are asked for, and with what they are for.

    Args:
        endpoints: Suffixes of services.
        platforms: What environments run on; None when a `Network` leaves it out.
        fix: What to do for a platform that endpoints cannot serve.
        gateways: Services that have a gateway endpoint without being asked for.
    """
    found = list(texts_problems("endpoints", endpoints, fix='Use ["sts"].'))
    for service in () if found else endpoints:
        found += endpoint_name_problems(service, gateways=gateways)
    if platforms is not None:
        kinds = texts_problems("endpoints_for", platforms, fix="Use [Platform.EC2], for example.")
        found += kinds or endpoint_platform_problems(platforms, fix=fix)
    return found


def endpoint_group(scope: Construct, construct_id: str, vpc: ec2.IVpc) -> ec2.SecurityGroup:
    """Make the group of a VPC's interface endpoints: HTTPS from the VPC's addresses."""
    group = ec2.SecurityGroup(
        scope, construct_id, vpc=vpc, description="VPC endpoints of the Batch network", allow_all_outbound=False
    )
    group.add_ingress_rule(ec2.Peer.ipv4(vpc.vpc_cidr_block), ec2.Port.HTTPS, "HTTPS from the VPC")
    return group


def endpoint_construct_id(service: str) -> str:
    """Make a construct id of a service's suffix: `ecr.api` is `EcrApi`."""
    return _IDS.get(service) or "".join(part.capitalize() for part in service.replace("-", ".").split("."))


def _kind_problems(vpc: object, subnets: object, security_group: object) -> Sequence[Problem]:
    vpc_fix = "Use ec2.Vpc.from_lookup(...)."
    group_fix, subnet_fix = "Use an ec2.SecurityGroup.", "Use ec2.SubnetSelection(...)."
    return [
        *([Problem("vpc", None, "an ec2.IVpc", vpc_fix)] if vpc is None else []),
        *like_problems("vpc", vpc, "vpc_id", kind="an ec2.IVpc", fix=vpc_fix),
        *like_problems("security_group", security_group, "security_group_id", kind="a security group", fix=group_fix),
        *kind_problems("subnets", subnets, ec2.SubnetSelection, fix=subnet_fix),
    ]


def _vpc_problems(vpc: ec2.IVpc, *, addresses: bool, routes: bool) -> Sequence[Problem]:
    """Find an imported VPC of which not enough is known: its addresses for a group, its routes for a gateway."""
    found = []
    if addresses and _is_missing(lambda: vpc.vpc_cidr_block):
        fix = "Import it with vpc_cidr_block=..., or pass security_group=..."
        found.append(Problem("vpc", "imported without its addresses", "VPCs whose addresses are known", fix))
    subnets = [*vpc.private_subnets, *vpc.isolated_subnets, *vpc.public_subnets] if routes else []
    if routes and all(_is_missing(partial(_route_table, subnet)) for subnet in subnets):
        fix = "Import it with private_subnet_route_table_ids=..., or leave the gateways out: without=['s3']."
        found.append(Problem("vpc", "imported without route tables", "VPCs whose route tables are known", fix))
    return found


def _route_table(subnet: ec2.ISubnet) -> str:
    return subnet.route_table.route_table_id


def _is_missing(read: Callable[[], str | None]) -> bool:
    """Whether an imported resource does not say something; the CDK raises or gives nothing."""
    try:
        return not read()
    except RuntimeError:
        return True


def _leftover_problems(without: Sequence[str], services: Sequence[str]) -> Sequence[Problem]:
    known = sorted({*services, "s3"})
    allowed = f"services that would be added: {', '.join(known)}"
    return [Problem("without", service, allowed, "Leave it out.") for service in without if service not in known]
