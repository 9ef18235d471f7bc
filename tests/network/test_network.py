from __future__ import annotations

import math
from typing import Any

import aws_cdk as cdk
import pytest
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import Ec2Environment, Egress, FargateEnvironment, Network, Platform
from batchwright.model.egress import ENDPOINT_SERVICES

VPC_ENDPOINT = "AWS::EC2::VPCEndpoint"
SUBNET = "AWS::EC2::Subnet"


def template_of(**options: Any) -> Template:  # noqa: ANN401
    stack = new_stack()
    Network(stack, "Network", **options)
    return synthesize(stack)


@pytest.fixture(scope="module")
def private() -> Template:
    return template_of()


def service_names(template: Template) -> list[str]:
    """Suffixes of all endpoints: `s3`, `ecr.api`."""
    names = []
    for endpoint in template.of_type(VPC_ENDPOINT).values():
        name = endpoint["ServiceName"]
        text = (
            name
            if isinstance(name, str)
            else "".join(p if isinstance(p, str) else "region" for p in name["Fn::Join"][1])
        )
        names.append(text.split("region.")[-1])
    return sorted(names)


def test_no_nat_gateway_unless_asked_for(private: Template) -> None:
    assert not private.of_type("AWS::EC2::NatGateway")
    assert not private.of_type("AWS::EC2::InternetGateway")
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in private.of_type(SUBNET).values())


def test_batch_finds_every_service_it_needs(private: Template) -> None:
    assert service_names(private) == sorted([*ENDPOINT_SERVICES[Platform.EC2], "s3", "dynamodb"])


def test_interface_endpoints_have_private_names_in_the_job_subnets(private: Template) -> None:
    interfaces = [e for e in private.of_type(VPC_ENDPOINT).values() if e["VpcEndpointType"] == "Interface"]
    assert len(interfaces) == len(ENDPOINT_SERVICES[Platform.EC2])
    for endpoint in interfaces:
        assert endpoint["PrivateDnsEnabled"] is True
        assert len(endpoint["SubnetIds"]) == 2
        assert len(endpoint["SecurityGroupIds"]) == 1


def test_endpoints_answer_https_from_the_vpc_only(private: Template) -> None:
    group = private.only("AWS::EC2::SecurityGroup")
    (rule,) = group["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (443, 443, "tcp")
    assert "Fn::GetAtt" in rule["CidrIp"]
    assert group["SecurityGroupEgress"][0]["CidrIp"] == "255.255.255.255/32"


def test_rejected_traffic_is_logged_for_a_month(private: Template) -> None:
    assert private.only("AWS::EC2::FlowLog")["TrafficType"] == "REJECT"
    assert private.only("AWS::Logs::LogGroup")["RetentionInDays"] == 30


def test_more_endpoints_on_request() -> None:
    names = service_names(template_of(endpoints=["sts", "states", "ecr.dkr", "logs", "secretsmanager", "sts"]))
    assert {"sts", "states"} <= set(names)
    assert len(names) == len(set(names))


def test_nat_gateways_on_request() -> None:
    template = template_of(egress=Egress.NAT, nat_gateways=2)
    assert len(template.of_type("AWS::EC2::NatGateway")) == 2
    assert {e["VpcEndpointType"] for e in template.of_type(VPC_ENDPOINT).values()} == {"Gateway"}
    assert not template.of_type("AWS::EC2::SecurityGroup")


def test_public_subnets_on_request() -> None:
    template = template_of(egress=Egress.PUBLIC)
    assert all(subnet["MapPublicIpOnLaunch"] for subnet in template.of_type(SUBNET).values())
    assert not template.of_type("AWS::EC2::NatGateway")


@pytest.mark.parametrize("egress", Egress)
def test_six_zones_fit(egress: Egress) -> None:
    stack = new_stack(account="123456789012", region="us-east-1")
    zones = [f"us-east-1{letter}" for letter in "abcdef"]
    stack.node.set_context("availability-zones:account=123456789012:region=us-east-1", zones)
    network = Network(stack, "Network", egress=egress, max_azs=6)
    subnets = synthesize(stack).of_type(SUBNET)
    assert len(network.vpc.select_subnets(subnet_group_name="Batch").subnet_ids) == 6
    assert len(subnets) == (12 if egress is Egress.NAT else 6)


@pytest.mark.parametrize("egress", Egress)
def test_jobs_run_in_its_subnets(egress: Egress) -> None:
    stack = new_stack()
    network = Network(stack, "Network", egress=egress)
    environment = FargateEnvironment(stack, "Fargate", vpc=network.vpc, subnets=network.subnets)
    Ec2Environment(stack, "Hosts", vpc=network.vpc)
    template = synthesize(stack)
    places = [e["ComputeResources"]["Subnets"] for e in template.of_type("AWS::Batch::ComputeEnvironment").values()]
    assert places[0] == places[1]
    assert environment.capacity.public_ip is (egress is Egress.PUBLIC)


def test_every_problem_is_named() -> None:
    stack = new_stack()
    error = refused(
        lambda: Network(stack, "Network", egress=Egress.NAT, max_azs=7, nat_gateways=0, endpoints=["sts", "S3!"])
    )
    assert fields(error) == ["max_azs", "nat_gateways", "endpoints", "endpoints"]
    assert error.where == "Network 'Stack/Network'"


@pytest.mark.parametrize("service", ["", "com.amazonaws.us-east-1.sts", "STS", "sts/", "aws.sagemaker"])
def test_an_endpoint_is_named_by_its_suffix(service: str) -> None:
    error = refused(lambda: Network(new_stack(), "Network", endpoints=[service]))
    assert fields(error) == ["endpoints"]


@pytest.mark.parametrize("max_azs", [0, -1, 7, 2.5, math.nan, "2", None, True])
def test_zones_are_one_to_six(max_azs: Any) -> None:  # noqa: ANN401
    assert fields(refused(lambda: Network(new_stack(), "Network", max_azs=max_azs))) == ["max_azs"]


@pytest.mark.parametrize("gateways", [1.5, math.inf, "1", True])
def test_gateways_are_a_whole_number(gateways: Any) -> None:  # noqa: ANN401
    error = refused(lambda: Network(new_stack(), "Network", egress=Egress.NAT, nat_gateways=gateways))
    assert fields(error) == ["nat_gateways"]


@pytest.mark.parametrize(("endpoints", "field"), [(None, "endpoints"), ([1], "endpoints[0]"), ("sts", "endpoints")])
def test_endpoints_are_a_list_of_texts(endpoints: Any, field: str) -> None:  # noqa: ANN401
    assert fields(refused(lambda: Network(new_stack(), "Network", endpoints=endpoints))) == [field]


def test_more_gateways_than_zones_are_refused() -> None:
    error = refused(lambda: Network(new_stack(), "Network", egress=Egress.NAT, max_azs=2, nat_gateways=3))
    assert fields(error) == ["nat_gateways"]


def test_its_parts_are_attributes() -> None:
    stack = new_stack()
    network = Network(stack, "Network")
    assert isinstance(network.vpc, cdk.aws_ec2.Vpc)
    assert network.endpoint_security_group is not None
    assert network.flow_log_group is not None
    assert Network(stack, "Public", egress=Egress.PUBLIC).endpoint_security_group is None
