"""Subnets, and where their default routes go."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

from batchwright.checks.system.parts import Subnet
from batchwright.checks.templates import ABSENT, Reference

if TYPE_CHECKING:
    from batchwright.checks.system.index import Index
    from batchwright.checks.templates import Resource

_EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
_TABLE: Final = "AWS::EC2::RouteTable"
# Ways out that hide the sender's address, or lead over another network.
_OTHER_WAYS: Final = (
    "CoreNetworkArn",
    "EgressOnlyInternetGatewayId",
    "InstanceId",
    "LocalGatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
)


class Routes:
    """Route tables of subnets, and the routes in them.

    Args:
        index: All resources.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._tables: dict[Resource, Resource | None] = {}
        self._routes: dict[Resource, list[Resource]] = {}
        self._open: set[Resource] = set()
        for each in index.by_type.get("AWS::EC2::SubnetRouteTableAssociation", ()):
            subnet = index.find(each.get("SubnetId"), "AWS::EC2::Subnet", each)
            if subnet is not None:
                certain = not each.conditional and subnet not in self._tables
                table = index.find(each.get("RouteTableId"), _TABLE, each)
                self._tables[subnet] = table if certain else None
        for each in index.by_type.get("AWS::EC2::Route", ()):
            table = index.find(each.get("RouteTableId"), _TABLE, each)
            if table is not None:
                self._routes.setdefault(table, []).append(each)
        self._note_propagation()

    def _note_propagation(self) -> None:
        for each in self._index.by_type.get("AWS::EC2::VPNGatewayRoutePropagation", ()):
            tables = each.get("RouteTableIds")
            for value in tables if isinstance(tables, list) else []:
                if isinstance(value, Reference):
                    self._open.add(value.resource)

    def subnet_of(self, resource: Resource) -> Subnet:
        """Read a subnet."""
        internet, nat = self._ways_out(self._tables.get(resource))
        zone = resource.get("AvailabilityZone")
        return Subnet(
            resource=resource,
            vpc=self._index.find(resource.get("VpcId"), "AWS::EC2::VPC", resource),
            internet=internet,
            nat=nat,
            zone=zone if isinstance(zone, str) else None,
        )

    def _ways_out(self, table: Resource | None) -> tuple[bool | None, bool | None]:
        if table is None or table in self._open:
            return None, None
        internet = nat = False
        for route in self._routes.get(table, ()):
            goes = _way_out(route)
            if goes is None:
                return None, None
            internet, nat = internet or goes == "internet", nat or goes == "nat"
        return internet, nat


def _way_out(route: Resource) -> str | None:
    """`internet`, `nat`, an empty string for a route to somewhere near, None when it is open."""
    wide = [route.get(name) for name in ("DestinationCidrBlock", "DestinationIpv6CidrBlock")]
    if route.has("DestinationPrefixListId") or not all(each is ABSENT or isinstance(each, str) for each in wide):
        return None
    if not any(each in _EVERYWHERE for each in wide):
        # Narrower routes to public addresses may lead to AWS as well, such as the two halves of 0.0.0.0/0.
        return "" if all(_is_private(each) for each in wide if isinstance(each, str)) else None
    if route.conditional:
        return None
    if any(route.has(name) for name in _OTHER_WAYS):
        return "nat"
    gateway = route.get("GatewayId")
    if isinstance(gateway, str):
        return "internet" if gateway.startswith("igw-") else None
    known = isinstance(gateway, Reference) and gateway.resource.type == "AWS::EC2::InternetGateway"
    return "internet" if known else None


def _is_private(destination: str) -> bool:
    try:
        return ip_network(destination, strict=False).is_private
    except ValueError:
        return False
