from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import environment, fargate, queue, template
from support.submitted_jobs import Json, found, job, state_machine

from batchwright.checks.rules.bw507_public_registries import RULE

SUBNETS = {"Subnets": [{"Ref": "Subnet"}]}
AT_IMAGE = [("Job", "ContainerProperties.Image")]
PUBLIC = "public.ecr.aws/docker/library/python:3.13-slim"


def network(**route: object) -> dict[str, Json]:
    """A VPC with one subnet, and a route out of it where one is given."""
    table = {"Ref": "Table"}
    parts = {
        "Vpc": ("VPC", {"CidrBlock": "10.0.0.0/16"}),
        "Nat": ("NatGateway", {}),
        "Subnet": ("Subnet", {"VpcId": {"Ref": "Vpc"}}),
        "Table": ("RouteTable", {"VpcId": {"Ref": "Vpc"}}),
        "Association": ("SubnetRouteTableAssociation", {"RouteTableId": table, "SubnetId": {"Ref": "Subnet"}}),
    }
    if route:
        parts["Route"] = ("Route", {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", **route})
    return {name: {"Type": f"AWS::EC2::{kind}", "Properties": properties} for name, (kind, properties) in parts.items()}


def running(image: object, around: dict[str, Json], *more: object, placed: Json | None = None) -> Json:
    definition = job()
    definition["Properties"]["ContainerProperties"]["Image"] = image
    return template(
        Job=definition,
        Queue=queue("Environment", *more),
        Environment=placed or environment(SUBNETS),
        Machine=state_machine(),
        **around,
    )


@pytest.mark.parametrize(
    "image", [PUBLIC, "python", "busybox:1.37", "team/tool:1", "quay.io/team/tool:1", "nvcr.io/a/b"]
)
def test_a_registry_out_of_reach_is_found(image: str) -> None:
    assert found(RULE, running(image, network())) == AT_IMAGE
    assert found(RULE, running(image, network(), placed=fargate(SUBNETS))) == AT_IMAGE
    assert not violations(RULE, running(image, network(NatGatewayId={"Ref": "Nat"})))


@pytest.mark.parametrize(
    "image",
    [
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/tool:1",
        {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/tool:1"},
        {"Fn::Sub": "${Registry}/tool:1"},
        {"Ref": "Image"},
        "registry.example.com/team/tool:1",
        "localhost/tool",
        "cache:5000/tool",
    ],
)
def test_ecr_and_registries_that_may_be_anywhere_are_accepted(image: object) -> None:
    assert not violations(RULE, running(image, network()))


def test_an_environment_that_is_open_may_reach_it() -> None:
    assert not violations(RULE, running(PUBLIC, network(), "arn:of-another-application"))
    assert not violations(RULE, running(PUBLIC, {}))
