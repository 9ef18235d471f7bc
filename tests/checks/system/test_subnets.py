from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.linked_parts import linked, resource

if TYPE_CHECKING:
    from batchwright.checks.system import Subnet


def the_subnet(*, table: object = None, routes: tuple[dict[str, Any], ...] = (), **more: object) -> Subnet:
    resources: dict[str, Any] = {
        "Vpc": resource("AWS::EC2::VPC"),
        "S": resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, AvailabilityZone="us-east-1a"),
        "Igw": resource("AWS::EC2::InternetGateway"),
        "Nat": resource("AWS::EC2::NatGateway"),
        "Table": resource("AWS::EC2::RouteTable"),
        **{
            f"R{n}": resource("AWS::EC2::Route", RouteTableId={"Ref": "Table"}, **each) for n, each in enumerate(routes)
        },
        **more,
    }
    if table is not None:
        association = {"SubnetId": {"Ref": "S"}, "RouteTableId": table}
        resources["A"] = resource("AWS::EC2::SubnetRouteTableAssociation", **association)
    (found,) = linked(**resources).subnets.values()
    return found


EVERYWHERE = {"DestinationCidrBlock": "0.0.0.0/0"}
TABLE = {"Ref": "Table"}


@pytest.mark.parametrize(
    ("routes", "internet", "nat"),
    [
        ((), False, False),
        (({**EVERYWHERE, "GatewayId": {"Ref": "Igw"}},), True, False),
        (({**EVERYWHERE, "GatewayId": "igw-123"},), True, False),
        (({"DestinationIpv6CidrBlock": "::/0", "GatewayId": {"Ref": "Igw"}},), True, False),
        (({**EVERYWHERE, "NatGatewayId": {"Ref": "Nat"}},), False, True),
        (({**EVERYWHERE, "TransitGatewayId": "tgw"},), False, True),
        (({"DestinationCidrBlock": "10.1.0.0/16", "VpcPeeringConnectionId": "x"},), False, False),
        (({**EVERYWHERE, "GatewayId": {"Ref": "X"}},), None, None),
        (({"DestinationCidrBlock": {"Ref": "X"}, "GatewayId": {"Ref": "Igw"}},), None, None),
        (({"DestinationPrefixListId": "pl-1", "NatGatewayId": "n"},), None, None),
        (({**EVERYWHERE, "VpcEndpointId": "vpce"},), None, None),
    ],
)
def test_default_routes(routes: tuple[dict[str, Any], ...], internet: bool | None, nat: bool | None) -> None:
    subnet = the_subnet(table=TABLE, routes=routes)
    assert (subnet.internet, subnet.nat, subnet.zone) == (internet, nat, "us-east-1a")
    assert subnet.vpc is not None


@pytest.mark.parametrize("table", [None, {"Ref": "X"}, "rtb-1"])
def test_routes_of_a_table_elsewhere_are_open(table: object) -> None:
    subnet = the_subnet(table=table)
    assert (subnet.internet, subnet.nat) == (None, None)


def test_routes_that_a_vpn_tells_are_open() -> None:
    propagation = resource("AWS::EC2::VPNGatewayRoutePropagation", RouteTableIds=[TABLE])
    assert the_subnet(table=TABLE, V=propagation).nat is None
