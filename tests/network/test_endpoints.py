from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import Egress, Network, Platform, VpcEndpoints
from batchwright.model.egress import ENDPOINT_SERVICES

ENDPOINT = "AWS::EC2::VPCEndpoint"


def isolated_vpc(stack: cdk.Stack) -> ec2.Vpc:
    subnets = [ec2.SubnetConfiguration(name="Jobs", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)]
    return ec2.Vpc(stack, "Vpc", nat_gateways=0, subnet_configuration=subnets, restrict_default_security_group=False)


def services(template: Template) -> list[str]:
    """Suffixes of all endpoints: `s3`, `ecr.api`."""
    return sorted(str(each["ServiceName"]).split("'.")[-1].strip("']}") for each in template.of_type(ENDPOINT).values())


@pytest.mark.parametrize("platform", ENDPOINT_SERVICES)
def test_an_existing_vpc_gets_what_the_platform_needs(platform: Platform) -> None:
    stack = new_stack()
    endpoints = VpcEndpoints(stack, "Endpoints", vpc=isolated_vpc(stack), endpoints_for=[platform])
    template = synthesize(stack)
    assert services(template) == sorted([*ENDPOINT_SERVICES[platform], "s3"])
    assert set(endpoints.interfaces) == set(ENDPOINT_SERVICES[platform])
    for each in template.of_type(ENDPOINT).values():
        if each["VpcEndpointType"] == "Interface":
            assert each["PrivateDnsEnabled"] is True
            assert len(each["SubnetIds"]) == 2
            assert len(each["SecurityGroupIds"]) == 1
        else:
            assert len(each["RouteTableIds"]) == 2


def test_https_comes_in_from_the_vpc_alone() -> None:
    stack = new_stack()
    VpcEndpoints(stack, "Endpoints", vpc=isolated_vpc(stack))
    (rule,) = synthesize(stack).only("AWS::EC2::SecurityGroup")["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (443, 443, "tcp")
    assert "CidrBlock" in str(rule["CidrIp"])


def test_what_the_vpc_has_is_left_out_and_more_is_added() -> None:
    stack = new_stack()
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")
    endpoints = VpcEndpoints(
        stack,
        "Endpoints",
        vpc=isolated_vpc(stack),
        endpoints_for=[Platform.FARGATE],
        endpoints=["dynamodb", "ssm", "logs"],
        without=["s3", "ecr.api"],
        security_group=group,
    )
    template = synthesize(stack)
    assert services(template) == ["dynamodb", "ecr.dkr", "logs", "secretsmanager", "ssm"]
    assert list(endpoints.gateways) == ["dynamodb"]
    assert endpoints.security_group is group
    assert not template.of_type("AWS::EC2::SecurityGroup")


def test_endpoints_stay_in_the_stack_that_asks_for_them() -> None:
    network = new_stack()
    vpc = isolated_vpc(network)
    stack = cdk.Stack(network.node.scope, "Jobs")  # type: ignore[arg-type]
    VpcEndpoints(stack, "Endpoints", vpc=vpc)
    assert synthesize(stack).of_type(ENDPOINT)
    assert not synthesize(network).of_type(ENDPOINT)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"endpoints_for": [Platform.MANAGED_INSTANCES]}, "endpoints_for"),
        ({"endpoints_for": []}, "endpoints_for"),
        ({"endpoints_for": "EC2"}, "endpoints_for"),
        ({"endpoints_for": ["LAMBDA"]}, "endpoints_for"),
        ({"endpoints": "sts"}, "endpoints"),
        ({"endpoints": ["s3"]}, "endpoints"),
        ({"endpoints": ["com.amazonaws.us-east-1.sts"]}, "endpoints"),
        ({"without": "s3"}, "without"),
        ({"without": ["sqs"]}, "without"),
        ({"without": None}, "without"),
        ({"endpoints": None}, "endpoints"),
        ({"endpoints": [None]}, "endpoints[0]"),
        ({"endpoints_for": None}, "endpoints_for"),
        ({"endpoints_for": [2]}, "endpoints_for[0]"),
        ({"subnets": "private"}, "subnets"),
        ({"security_group": "sg-00000001"}, "security_group"),
        ({"vpc": None}, "vpc"),
        ({"vpc": "vpc-00000001"}, "vpc"),
    ],
)
def test_what_cannot_work_is_named(options: dict[str, Any], field: str) -> None:
    stack = new_stack()
    options = {"vpc": isolated_vpc(stack)} | options
    assert fields(refused(lambda: VpcEndpoints(stack, "Endpoints", **options))) == [field]


def test_all_that_is_wrong_is_named_at_once() -> None:
    vpc: Any = "vpc-1"
    error = refused(lambda: VpcEndpoints(new_stack(), "Endpoints", vpc=vpc, endpoints=["S3!"], without=["sqs", "x"]))
    assert fields(error) == ["vpc", "endpoints"]
    error = refused(lambda: VpcEndpoints(new_stack(), "Endpoints", vpc=vpc, without=["sqs", "logs"]))
    assert fields(error) == ["vpc", "without"]


def test_an_imported_vpc_says_enough_or_what_is_missing_is_named() -> None:
    def imported(**known: Any) -> tuple[cdk.Stack, ec2.IVpc]:  # noqa: ANN401
        stack = new_stack()
        zones = {"vpc_id": "vpc-00000001", "availability_zones": ["us-east-1a"], "private_subnet_ids": ["subnet-0a"]}
        return stack, ec2.Vpc.from_vpc_attributes(stack, "Vpc", **(zones | known))

    stack, vpc = imported()
    error = refused(lambda: VpcEndpoints(stack, "Endpoints", vpc=vpc))
    assert fields(error) == ["vpc", "vpc"]
    assert ["vpc_cidr_block" in str(error), "private_subnet_route_table_ids" in str(error)] == [True, True]

    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")
    VpcEndpoints(stack, "Fewer", vpc=vpc, security_group=group, without=["s3"])
    assert "s3" not in services(synthesize(stack))

    stack, vpc = imported(vpc_cidr_block="10.0.0.0/16", private_subnet_route_table_ids=["rtb-00000001"])
    VpcEndpoints(stack, "Endpoints", vpc=vpc)
    assert "s3" in services(synthesize(stack))


def test_a_network_for_fargate_alone_has_three_endpoints_less() -> None:
    def number(**options: Any) -> int:  # noqa: ANN401
        stack = new_stack()
        Network(stack, "Network", **options)
        return len(synthesize(stack).of_type(ENDPOINT))

    assert number(endpoints_for=[Platform.FARGATE]) == number() - 3
    assert number(endpoints_for=[Platform.FARGATE, Platform.EC2]) == number()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"egress": Egress.NAT, "endpoints_for": [Platform.EC2]}, ["endpoints_for"]),
        (
            {"egress": Egress.PUBLIC, "endpoints_for": [Platform.EC2], "endpoints": ["sts"]},
            ["endpoints", "endpoints_for"],
        ),
        ({"endpoints_for": [Platform.MANAGED_INSTANCES]}, ["endpoints_for"]),
        ({"endpoints_for": "FARGATE"}, ["endpoints_for"]),
    ],
)
def test_a_network_names_what_its_subnets_do_not_need(options: dict[str, Any], found: list[str]) -> None:
    error = refused(lambda: Network(new_stack(), "Network", **options))
    assert fields(error) == found
