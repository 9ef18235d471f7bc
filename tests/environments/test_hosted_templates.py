"""Launch templates against the environments whose hosts start from them."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from support.annotations import warnings_of
from support.parts import environment_of, vpc_of
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import (
    CapacityReservation,
    HostImage,
    HostLaunchTemplate,
    HostOptions,
    Instances,
    LaunchTemplateOverride,
    NvmeScratch,
)

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
AMI = "ami-0123456789abcdef0"


def group_of(stack: cdk.Stack) -> ec2.ISecurityGroup:
    return ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")


def wrong_fields(kind: str, template: dict[str, Any], **options: Any) -> list[str]:  # noqa: ANN401
    stack = new_stack()
    images = options.pop("images", ())
    hosts = HostOptions(launch_template=HostLaunchTemplate(stack, "Hosts", **template), images=images)
    return fields(refused(lambda: environment_of(stack, kind, hosts=hosts, **options)))


@pytest.mark.parametrize("kind", ["EC2", "SPOT"])
def test_what_batch_does_not_read_is_refused(kind: str) -> None:
    profile = {"instance_profile_arn": "arn:aws:iam::123456789012:instance-profile/hosts"}
    assert wrong_fields(kind, profile) == ["hosts.launch_template.instance_profile_arn"]
    groups = {"security_groups": [group_of(new_stack())]}
    assert wrong_fields(kind, groups) == ["hosts.launch_template.security_groups"]
    images = [HostImage.ami("ami-0123456789abcdef1")]
    assert wrong_fields(kind, {"image_id": AMI}, images=images) == ["hosts.launch_template.image_id"]


def test_a_capacity_block_is_no_spot_capacity() -> None:
    block: dict[str, Any] = {"capacity_reservation": CapacityReservation.capacity_block("cr-0123456789abcdef0")}
    assert wrong_fields("SPOT", block) == ["hosts.launch_template.capacity_reservation"]
    stack = new_stack()
    environment_of(stack, "EC2", hosts=HostOptions(launch_template=HostLaunchTemplate(stack, "Hosts", **block)))


def test_drives_are_not_to_be_had_of_what_batch_chooses() -> None:
    drives: dict[str, Any] = {"parts": [NvmeScratch()]}
    assert wrong_fields("SPOT", drives) == ["instances"]
    assert wrong_fields("SPOT", drives, instances=Instances.graviton()) == ["instances"]


@pytest.mark.parametrize(("target", "good"), [("m6id", True), ("m5", False)])
def test_an_override_that_needs_drives_is_for_types_with_drives(target: str, good: bool) -> None:
    stack = new_stack()
    template = HostLaunchTemplate(stack, "Drives", parts=[NvmeScratch()])
    hosts = HostOptions(launch_template_overrides=[LaunchTemplateOverride(instances=[target], template=template)])
    options: dict[str, Any] = {"instances": Instances.of("m5", "m6id"), "hosts": hosts}
    if good:
        environment_of(stack, "EC2", **options)
    else:
        assert fields(refused(lambda: environment_of(stack, "EC2", **options))) == ["instances"]


def test_the_rest_of_the_types_may_lack_what_an_override_brings() -> None:
    stack = new_stack()
    plain = HostLaunchTemplate(stack, "Plain")
    drives = HostLaunchTemplate(stack, "Drives", parts=[NvmeScratch()])
    override = LaunchTemplateOverride(instances=["m5"], template=plain)
    hosts = HostOptions(launch_template=drives, launch_template_overrides=[override])
    environment_of(stack, "EC2", instances=Instances.of("m5", "m6id"), hosts=hosts)


def test_an_image_of_the_launch_template_goes_before_the_neuron_image() -> None:
    stack = new_stack()
    hosts = HostOptions(launch_template=HostLaunchTemplate(stack, "Hosts", image_id=AMI))
    environment_of(stack, "EC2", instances=Instances.neuron(), hosts=hosts)
    template = synthesize(stack)
    resources = template.only(ENVIRONMENT)["ComputeResources"]
    assert resources["Ec2Configuration"] == [{"ImageType": "ECS_AL2023"}]
    assert resources["UpdateToLatestImageVersion"] is False
    assert template.only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["ImageId"] == AMI


@pytest.mark.parametrize(("name", "warned"), [("hpc7a.96xlarge", True), ("c7i.48xlarge", False)])
def test_several_interfaces_in_a_public_subnet_are_warned_about(name: str, warned: bool) -> None:
    stack = new_stack()
    vpc = ec2.Vpc(stack, "Own")
    subnets = ec2.SubnetSelection(subnets=[vpc.public_subnets[0]])
    environment_of(stack, "EC2", vpc=vpc, subnets=subnets, instances=Instances.hpc(name))
    assert any("public" in each for each in warnings_of(stack)) is warned


@pytest.mark.parametrize(
    "subnets",
    [
        ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        ec2.SubnetSelection(subnet_group_name="Nowhere"),
        ec2.SubnetSelection(subnet_group_name="Private", subnet_type=ec2.SubnetType.PUBLIC),
    ],
)
@pytest.mark.parametrize("kind", ["EC2", "FARGATE"])
def test_subnets_that_the_vpc_has_not_are_refused(kind: str, subnets: ec2.SubnetSelection) -> None:
    stack = new_stack()
    (one, other) = refused(
        lambda: environment_of(stack, kind, vpc=vpc_of(stack), subnets=subnets, max_vcpus=0)
    ).problems
    assert [one.field, other.field] == ["max_vcpus", "subnets"]
    assert "ubnet" in str(other.value)
