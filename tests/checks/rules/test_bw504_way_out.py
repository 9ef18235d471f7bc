from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, fargate, queue, template
from support.submitted_jobs import Json, found, job, state_machine

from batchwright.checks.rules.bw504_way_out import RULE

ECR = {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/image:1"}
HOSTS = ("ecs", "ecs-agent")
ALL = (*HOSTS, "ecr.api", "ecr.dkr", "s3", "logs")
SUBNETS = {"Subnets": [{"Ref": "Subnet"}]}
AT_SUBNETS = ("Environment", "ComputeResources.Subnets")
AT_JOB = ("Job", "ContainerProperties.NetworkConfiguration.AssignPublicIp")


def resource(kind: str, **properties: object) -> Json:
    return {"Type": f"AWS::EC2::{kind}", "Properties": properties}


def endpoint(service: str, name: object = None) -> Json:
    in_region = {"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, f".{service}"]]}
    return resource("VPCEndpoint", VpcId={"Ref": "Vpc"}, ServiceName=name or in_region)


def network(to: Json | None = None, endpoints: tuple[str, ...] = (), **subnet: object) -> dict[str, Json]:
    """A VPC with one subnet; its default route goes to what is given, or nowhere."""
    table, place = {"Ref": "Table"}, {"Ref": "Subnet"}
    found = {
        "Vpc": resource("VPC", CidrBlock="10.0.0.0/16"),
        "Gateway": resource("InternetGateway"),
        "Nat": resource("NatGateway"),
        "Subnet": resource("Subnet", VpcId={"Ref": "Vpc"}, **subnet),
        "Table": resource("RouteTable", VpcId={"Ref": "Vpc"}),
        "Association": resource("SubnetRouteTableAssociation", RouteTableId=table, SubnetId=place),
    }
    if to:
        found["Route"] = resource("Route", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **to)
    numbered = {f"Endpoint{number}": endpoint(service) for number, service in enumerate(endpoints)}
    return {**found, **numbered}


def internet(endpoints: tuple[str, ...] = (), **subnet: object) -> dict[str, Json]:
    return network({"GatewayId": {"Ref": "Gateway"}}, endpoints, **subnet)


def nat() -> dict[str, Json]:
    return network({"NatGatewayId": {"Ref": "Nat"}})


def hosts(around: dict[str, Json], definition: Json | None = None, **compute: object) -> Json:
    return running(definition or job(), environment({**SUBNETS, **compute}), around)


def tasks(around: dict[str, Json], **container: object) -> Json:
    definition = job(PlatformCapabilities=["FARGATE"])
    definition["Properties"]["ContainerProperties"] |= container
    return running(definition, fargate(SUBNETS), around)


def running(definition: Json, environment_: Json, around: dict[str, Json]) -> Json:
    machine = state_machine()
    return template(Job=definition, Queue=queue("Environment"), Environment=environment_, Machine=machine, **around)


def from_ecr(**container: object) -> Json:
    definition = job()
    definition["Properties"]["ContainerProperties"] |= {"Image": ECR, **container}
    return definition


def test_hosts_without_a_way_out_are_found() -> None:
    (violation,) = violations(RULE, hosts(network()))
    assert (violation.resource.logical_id, violation.path) == AT_SUBNETS
    assert "no endpoint for ecs, ecs-agent, logs" in str(violation.problem.value)


@pytest.mark.parametrize(
    ("definition", "missing"),
    [
        (from_ecr(), "ecr.api, ecr.dkr, logs, s3"),
        (from_ecr(LogConfiguration={"LogDriver": "json-file"}), "ecr.api, ecr.dkr, s3"),
        (
            from_ecr(
                LogConfiguration={"LogDriver": "json-file"},
                Secrets=[{"Name": "A", "ValueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a"}],
            ),
            "ecr.api, ecr.dkr, s3, secretsmanager",
        ),
    ],
)
def test_jobs_add_what_they_need(definition: Json, missing: str) -> None:
    (violation,) = violations(RULE, hosts(network(endpoints=HOSTS), definition))
    assert str(violation.problem.value).endswith(f"no endpoint for {missing}")
    secret = ("secretsmanager",) if "secretsmanager" in missing else ()
    assert not violations(RULE, hosts(network(endpoints=(*ALL, *secret)), definition))


def test_tasks_need_no_endpoints_of_ecs() -> None:
    (violation,) = violations(RULE, tasks(network(), Image=ECR))
    assert (violation.resource.logical_id, violation.path) == AT_SUBNETS
    assert "ecs" not in str(violation.problem.value)
    assert not violations(RULE, tasks(network(endpoints=("ecr.api", "ecr.dkr", "s3", "logs")), Image=ECR))


def test_hosts_in_public_subnets_need_an_address() -> None:
    assert found(RULE, hosts(internet())) == [AT_SUBNETS]
    assert not violations(RULE, hosts(internet(MapPublicIpOnLaunch=True)))
    assert not violations(RULE, hosts(internet(MapPublicIpOnLaunch=OPEN)))
    assert not violations(RULE, hosts(internet(HOSTS)))


def test_a_launch_template_may_give_hosts_their_address() -> None:
    launch = {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "Template"}}}
    data: Json = {"NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True}]}
    case = hosts(internet(), **launch)
    case["Resources"]["Template"] = resource("LaunchTemplate", LaunchTemplateData=data)
    assert not violations(RULE, case)
    assert not violations(RULE, hosts(internet(), LaunchTemplate={"LaunchTemplateId": "lt-1"}))


def test_tasks_in_public_subnets_ask_for_an_address() -> None:
    assert found(RULE, tasks(internet(MapPublicIpOnLaunch=True))) == [AT_JOB]
    assert found(RULE, tasks(internet(), NetworkConfiguration={"AssignPublicIp": "DISABLED"})) == [AT_JOB]
    assert not violations(RULE, tasks(internet(), NetworkConfiguration={"AssignPublicIp": "ENABLED"}))
    assert not violations(RULE, tasks(internet(), NetworkConfiguration={"AssignPublicIp": OPEN}))
    assert not violations(RULE, tasks(internet(("logs",))))


@pytest.mark.parametrize("case", [hosts(nat()), tasks(nat()), hosts(nat(), from_ecr())])
def test_a_nat_gateway_is_a_way_out(case: Json) -> None:
    assert not violations(RULE, case)


def without(around: dict[str, Json], *names: str) -> dict[str, Json]:
    return {name: each for name, each in around.items() if name not in names}


def to_nat(destination: str) -> Json:
    return resource(
        "Route", RouteTableId={"Ref": "Table"}, DestinationCidrBlock=destination, NatGatewayId={"Ref": "Nat"}
    )


def handed_to(kind: str, **properties: object) -> Json:
    return {"Type": kind, "Properties": properties}


@pytest.mark.parametrize(
    "around",
    [
        without(network(), "Vpc"),
        without(network(), "Subnet"),
        without(network(), "Association"),
        {**network(), "Association": {**network()["Association"], "Condition": "Maybe"}},
        {**network(), "Other": endpoint("ecs", OPEN)},
        {**network(), "Other": endpoint("ecs", {"Fn::Sub": "${Open}.ecs"})},
        {**network(), "Other": resource("TransitGatewayAttachment", VpcId={"Ref": "Vpc"})},
        {**network(), "Other": resource("Route", RouteTableId=OPEN, DestinationCidrBlock="0.0.0.0/0")},
        network({"GatewayId": OPEN}),
        network({"TransitGatewayId": "tgw-1"}),
        network({"VpcPeeringConnectionId": OPEN}),
        {**network(), "Half": to_nat("0.0.0.0/1"), "OtherHalf": to_nat("128.0.0.0/1")},
        {**network(), "Nested": handed_to("AWS::CloudFormation::Stack", Parameters={"Vpc": {"Ref": "Vpc"}})},
        {**network(), "Made": handed_to("AWS::CloudFormation::CustomResource", Table={"Ref": "Table"})},
        {**network(), "Made": handed_to("Custom::Routes", Tables=[{"Fn::Sub": "${Table}"}])},
    ],
)
def test_a_picture_with_a_hole_is_not_judged(around: dict[str, Json]) -> None:
    assert not violations(RULE, hosts(around))


@pytest.mark.parametrize(
    "other",
    [
        to_nat("10.1.0.0/16"),
        handed_to("Custom::VpcRestrictDefaultSG", Group={"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]}),
        handed_to("AWS::CloudFormation::Stack", TemplateURL="https://bucket.s3.amazonaws.com/other.yaml"),
    ],
)
def test_what_has_to_do_with_other_things_makes_no_hole(other: Json) -> None:
    assert violations(RULE, hosts({**network(), "Other": other}))


@pytest.mark.parametrize("vpc", [OPEN, {"Ref": "Vpc"}])
def test_endpoints_of_a_vpc_that_may_be_this_one_count(vpc: object) -> None:
    others = {
        f"Other{number}": {"Type": "AWS::EC2::VPCEndpoint", "Condition": "Maybe", "Properties": properties}
        for number, service in enumerate(("ecs", "ecs-agent", "logs"))
        for properties in [{"VpcId": vpc, "ServiceName": f"com.amazonaws.eu-west-1.{service}"}]
    }
    assert not violations(RULE, hosts({**network(), **others}))


def test_endpoints_of_another_vpc_do_not() -> None:
    other = resource("VPCEndpoint", VpcId={"Ref": "OtherVpc"}, ServiceName="com.amazonaws.eu-west-1.ecs")
    around = {**network(endpoints=("ecs-agent", "logs")), "OtherVpc": resource("VPC"), "Other": other}
    (violation,) = violations(RULE, hosts(around))
    assert str(violation.problem.value).endswith("no endpoint for ecs")


@pytest.mark.parametrize(
    "environment_",
    [
        environment({"Subnets": [{"Ref": "Subnet"}, "subnet-1"]}),
        environment({"Subnets": OPEN}),
        environment(SUBNETS, EksConfiguration={"EksClusterArn": "arn", "KubernetesNamespace": "batch"}),
        environment({**SUBNETS, "Type": OPEN}),
        environment(SUBNETS, Type="UNMANAGED"),
    ],
)
def test_environments_with_open_places_are_not_judged(environment_: Json) -> None:
    assert not violations(RULE, running(job(), environment_, network()))
