from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, template
from support.submitted_jobs import Json, found

from batchwright.checks.rules.bw506_efa_network import RULE

GROUP = {"Fn::GetAtt": ["Group", "GroupId"]}
INBOUND = "AWS::EC2::SecurityGroupIngress"
OUTBOUND = "AWS::EC2::SecurityGroupEgress"
GROUPS = ("Environment", "ComputeResources.SecurityGroupIds")


def rule(kind: str, other: object = GROUP, group: object = GROUP) -> Json:
    side = "SourceSecurityGroupId" if kind == INBOUND else "DestinationSecurityGroupId"
    return {"Type": kind, "Properties": {"GroupId": group, "IpProtocol": "-1", side: other}}


def fabric(compute: Json | None = None, data: Json | None = None, **resources: Json) -> Json:
    interfaces = {"NetworkInterfaces": [{"DeviceIndex": 0, "InterfaceType": "efa"}]}
    own = {
        "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Template"}},
        "SecurityGroupIds": [GROUP],
        "PlacementGroup": {"Ref": "Placement"},
    }
    launch = {"LaunchTemplateData": {**interfaces, **(data or {})}}
    subnets = {
        f"Subnet{zone}": {"Type": "AWS::EC2::Subnet", "Properties": {"AvailabilityZone": f"eu-west-1{zone}"}}
        for zone in "ab"
    }
    return template(
        Environment=environment({**own, **(compute or {})}),
        Template={"Type": "AWS::EC2::LaunchTemplate", "Properties": launch},
        Group={"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "nodes"}},
        **subnets,
        **resources,
    )


BOTH = {"In": rule(INBOUND), "Out": rule(OUTBOUND)}


@pytest.mark.parametrize(
    ("case", "at"),
    [
        (fabric(Out=rule(OUTBOUND)), GROUPS),
        (fabric(In=rule(INBOUND)), GROUPS),
        (fabric(In=rule(INBOUND), Out=rule(OUTBOUND, "0.0.0.0/0")), GROUPS),
        (fabric({"PlacementGroup": None}, **BOTH), ("Environment", "ComputeResources.PlacementGroup")),
        (
            fabric({"Subnets": [{"Ref": "Subneta"}, {"Ref": "Subnetb"}]}, **BOTH),
            ("Environment", "ComputeResources.Subnets"),
        ),
    ],
)
def test_what_stops_the_traffic_is_found(case: Json, at: tuple[str, str]) -> None:
    assert found(RULE, case) == [at]


@pytest.mark.parametrize(
    "case",
    [
        fabric(**BOTH),
        fabric({"Subnets": [{"Ref": "Subneta"}]}, **BOTH),
        fabric({"Subnets": [{"Ref": "Subneta"}, "subnet-1"]}, **BOTH),
        fabric(In=rule(INBOUND, OPEN), Out=rule(OUTBOUND, GROUP, OPEN)),
        fabric({"SecurityGroupIds": ["sg-1"]}),
        fabric({"SecurityGroupIds": OPEN}),
        fabric({"PlacementGroup": OPEN}, **BOTH),
        fabric({"PlacementGroup": None}, {"Placement": {"GroupName": "nodes"}}, **BOTH),
        fabric({"PlacementGroup": None}, {"InstanceMarketOptions": {"MarketType": "capacity-block"}}, **BOTH),
        fabric({"PlacementGroup": None}, {"CapacityReservationSpecification": OPEN}, **BOTH),
        fabric({"PlacementGroup": None}, {"NetworkInterfaces": [{"DeviceIndex": 0}]}),
    ],
)
def test_what_lets_it_through_or_is_open_is_accepted(case: Json) -> None:
    assert not violations(RULE, case)
