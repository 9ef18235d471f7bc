"""What differs between EC2, Fargate and Managed Instances, and what only some of them have."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.fake_queues import IMAGE, PLATFORMS, plain_job, plain_queue
from support.parts import vpc_of
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import (
    ConsumableResource,
    ContainerSecurity,
    EfsVolume,
    JobImage,
    LinuxParameters,
    Mount,
    OperatingSystem,
    ScratchVolume,
)
from batchwright.model import Architecture, Platform

DEFINITION = "AWS::Batch::JobDefinition"
WINDOWS = OperatingSystem.WINDOWS_SERVER_2022_CORE


def template_of(platform: Platform, **options: Any) -> Template:  # noqa: ANN401
    stack = new_stack()
    plain_job(stack, platform, **options)
    template = synthesize(stack)
    assert not schema_problems(template.body)
    assert not api_problems("RegisterJobDefinition", template.only(DEFINITION), jobDefinitionName="name")
    return template


class TestManagedInstances:
    def test_one_container_in_the_newer_form(self) -> None:
        definition = template_of(Platform.MANAGED_INSTANCES, command=["a"]).only(DEFINITION)
        assert "ContainerProperties" not in definition
        assert definition["PlatformCapabilities"] == ["MANAGED_INSTANCES"]
        (task,) = definition["EcsProperties"]["TaskProperties"]
        assert task["NetworkMode"] == "host"
        assert task["RuntimePlatform"] == {"CpuArchitecture": "X86_64", "OperatingSystemFamily": "LINUX"}
        assert task["TaskRoleArn"] != task["ExecutionRoleArn"]
        (container,) = task["Containers"]
        assert container["Name"] == "main"
        assert container["Command"] == ["a"]
        assert not {"NetworkConfiguration", "PlatformVersion", "EphemeralStorage"} & task.keys()

    @pytest.mark.parametrize("vcpus", [0.25, 3.5, 96])
    def test_any_size_will_do(self, vcpus: float) -> None:
        (task,) = template_of(Platform.MANAGED_INSTANCES, vcpus=vcpus).only(DEFINITION)["EcsProperties"][
            "TaskProperties"
        ]
        assert {"Type": "VCPU", "Value": f"{vcpus:g}"} in task["Containers"][0]["ResourceRequirements"]

    @pytest.mark.parametrize("vcpus", [0, -1, float("inf"), float("nan")])
    def test_no_size_will_not(self, vcpus: float) -> None:
        error = refused(lambda: plain_job(new_stack(), Platform.MANAGED_INSTANCES, vcpus=vcpus))
        assert fields(error) == ["vcpus"]


class TestArchitectures:
    @pytest.mark.parametrize("architecture", Architecture)
    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_an_image_for_both_runs_on_any_queue(self, platform: Platform, architecture: Architecture) -> None:
        image = JobImage.from_registry(IMAGE, architecture=None)
        template = template_of(platform, image=image, queue=plain_queue(platform, architecture=architecture))
        (raw,) = template.raw(DEFINITION)
        assert raw["Metadata"]["batchwright"].keys() == {"queue"}

    def test_as_what_fargate_runs_by_default(self) -> None:
        image = JobImage.from_registry(IMAGE, architecture=None)
        container = template_of(Platform.FARGATE, image=image).only(DEFINITION)["ContainerProperties"]
        assert container["RuntimePlatform"] == {"CpuArchitecture": "X86_64", "OperatingSystemFamily": "LINUX"}

    def test_managed_instances_choose(self) -> None:
        image = JobImage.from_registry(IMAGE, architecture=None)
        (task,) = template_of(Platform.MANAGED_INSTANCES, image=image).only(DEFINITION)["EcsProperties"][
            "TaskProperties"
        ]
        assert "RuntimePlatform" not in task


class TestWindows:
    IMAGE = JobImage.from_registry("mcr.microsoft.com/windows/servercore:ltsc2022", operating_system=WINDOWS)

    def test_it_runs_on_fargate(self) -> None:
        container = template_of(Platform.FARGATE, image=self.IMAGE).only(DEFINITION)["ContainerProperties"]
        assert container["RuntimePlatform"] == {"CpuArchitecture": "X86_64", "OperatingSystemFamily": WINDOWS}

    @pytest.mark.parametrize("platform", [Platform.EC2, Platform.MANAGED_INSTANCES])
    def test_and_nowhere_else(self, platform: Platform) -> None:
        assert fields(refused(lambda: plain_job(new_stack(), platform, image=self.IMAGE))) == ["image"]

    def test_spot_alone_would_be_blocked(self) -> None:
        queue = plain_queue(Platform.FARGATE, kind="FARGATE_SPOT")
        error = refused(lambda: plain_job(new_stack(), Platform.FARGATE, image=self.IMAGE, queue=queue))
        assert fields(error) == ["queue"]

    def test_it_lacks_what_linux_has(self) -> None:
        stack = new_stack()
        files = efs.FileSystem(stack, "Files", vpc=vpc_of(stack))
        error = refused(
            lambda: plain_job(
                stack,
                Platform.FARGATE,
                image=self.IMAGE,
                linux=LinuxParameters(init_process=True),
                security=ContainerSecurity(user="app", read_only_root=True),
                mounts=[Mount(EfsVolume(file_system=files), "/data")],
            )
        )
        expected = ["linux.init_process", "security.user", "security.read_only_root", "mounts[0].volume"]
        assert fields(error) == expected

    @pytest.mark.parametrize("architecture", [Architecture.ARM64, None])
    def test_it_is_for_x86_64(self, architecture: Architecture | None) -> None:
        error = refused(
            lambda: JobImage.from_registry(
                IMAGE, architecture=architecture, operating_system="WINDOWS_SERVER_2019_CORE"
            )
        )
        assert fields(error) == ["architecture"]

    def test_systems_have_names(self) -> None:
        assert fields(refused(lambda: JobImage.from_registry(IMAGE, operating_system="windows"))) == [
            "operating_system"
        ]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_shell_may_be_opened(platform: Platform) -> None:
    template = template_of(platform, enable_execute_command=True)
    definition = template.only(DEFINITION)
    holder = definition.get("ContainerProperties") or definition["EcsProperties"]["TaskProperties"][0]
    assert holder["EnableExecuteCommand"] is True
    policies = template.of_type("AWS::IAM::Policy")
    (channels,) = [
        statement
        for policy in policies.values()
        for statement in policy["PolicyDocument"]["Statement"]
        if "ssmmessages:OpenDataChannel" in statement["Action"]
    ]
    assert len(channels["Action"]) == 4


def test_nothing_of_it_by_default() -> None:
    template = template_of(Platform.EC2)
    assert "EnableExecuteCommand" not in template.only(DEFINITION)["ContainerProperties"]
    assert "ssmmessages" not in str(template.body)


class TestRoles:
    BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"

    def test_a_boundary_is_around_both_roles(self) -> None:
        stack = new_stack()
        boundary = iam.ManagedPolicy.from_managed_policy_arn(stack, "Boundary", self.BOUNDARY)
        plain_job(stack, Platform.EC2, permissions_boundary=boundary)
        roles = synthesize(stack).of_type("AWS::IAM::Role").values()
        assert [role["PermissionsBoundary"] for role in roles] == [self.BOUNDARY] * 2

    def test_a_boundary_for_nothing_is_named(self) -> None:
        stack = new_stack()
        boundary = iam.ManagedPolicy.from_managed_policy_arn(stack, "Boundary", self.BOUNDARY)
        role = iam.Role.from_role_name(stack, "Role", "mine")
        error = refused(
            lambda: plain_job(stack, Platform.EC2, permissions_boundary=boundary, job_role=role, execution_role=role)
        )
        assert fields(error) == ["permissions_boundary"]

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("job_role", "arn:aws:iam::123456789012:role/mine"),
            ("execution_role", 1),
            ("permissions_boundary", BOUNDARY),
            ("log_group", "/jobs"),
            ("log_retention", 30),
            ("enable_execute_command", "yes"),
            ("propagate_tags", 1),
            ("consumable_resources", ["licenses"]),
            ("required_parameters", "list"),
            ("environment", ["A=1"]),
            ("gpus", "1"),
            ("scheduling_priority", "1"),
            ("retries", None.__class__),
        ],
    )
    def test_wrong_kinds_are_named(self, option: str, value: object) -> None:
        assert fields(refused(lambda: plain_job(new_stack(), Platform.EC2, **{option: value}))) == [option]

    @pytest.mark.parametrize(
        ("option", "value", "field"),
        [
            ("command", ["run", 1], "command[1]"),
            ("command", 3, "command"),
            ("environment", {1: "a"}, "environment[1]"),
            ("environment", {"": "a"}, "environment"),
            ("required_parameters", [None], "required_parameters[0]"),
            ("mounts", [Mount(ScratchVolume(), ["/a"])], "mounts[0].path"),  # type: ignore[arg-type]
            ("image", None, "image"),
            ("queue", None, "queue"),
            ("memory", None, "memory"),
            ("vcpus", True, "vcpus"),
        ],
    )
    def test_wrong_kinds_within(self, option: str, value: object, field: str) -> None:
        assert fields(refused(lambda: plain_job(new_stack(), Platform.EC2, **{option: value}))) == [field]


class TestFairShare:
    def test_a_fair_share_queue_needs_a_priority(self) -> None:
        queue = plain_queue(Platform.EC2, fair_share=True)
        assert fields(refused(lambda: plain_job(new_stack(), Platform.EC2, queue=queue))) == ["scheduling_priority"]
        definition = template_of(Platform.EC2, queue=queue, scheduling_priority=0).only(DEFINITION)
        assert definition["SchedulingPriority"] == 0


def test_tags_go_to_the_task_unless_told_otherwise() -> None:
    assert template_of(Platform.FARGATE, propagate_tags=False).only(DEFINITION)["PropagateTags"] is False


def test_a_definition_has_24_kib_at_most() -> None:
    error = refused(lambda: plain_job(new_stack(), Platform.EC2, environment={"TEXT": "x" * 25_000}))
    assert fields(error) == ["job definition"]


class TestConsumableResources:
    def test_a_job_holds_licenses(self) -> None:
        stack = new_stack()
        licenses = ConsumableResource(stack, "Licenses", total_quantity=10)
        job = plain_job(stack, Platform.EC2, consumable_resources={licenses: 2})
        template = synthesize(stack)
        assert not schema_problems(template.body)
        assert template.only("AWS::Batch::ConsumableResource") == {
            "ResourceType": "REPLENISHABLE",
            "TotalQuantity": 10,
        }
        (need,) = template.only(DEFINITION)["ConsumableResourceProperties"]["ConsumableResourceList"]
        assert need["Quantity"] == 2
        (logical_id,) = template.of_type("AWS::Batch::ConsumableResource")
        assert logical_id in str(need["ConsumableResource"])
        assert job.resource is not None

    def test_what_is_used_up_and_who_may_refill_it(self) -> None:
        stack = new_stack()
        budget = ConsumableResource(stack, "Budget", total_quantity=0, replenishable=False)
        role = iam.Role(stack, "Buyer", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        budget.grant_update(role)
        template = synthesize(stack)
        assert template.only("AWS::Batch::ConsumableResource")["ResourceType"] == "NON_REPLENISHABLE"
        (statement,) = template.only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
        assert "batch:UpdateConsumableResource" in statement["Action"]
        assert statement["Resource"] != "*"

    def test_a_resource_of_cdks_own_and_an_open_quantity(self) -> None:
        stack = new_stack()
        own = cdk.aws_batch.ConsumableResource(stack, "Own", total_quantity=1)
        number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
        plain_job(stack, Platform.EC2, consumable_resources={own: number})
        (need,) = synthesize(stack).only(DEFINITION)["ConsumableResourceProperties"]["ConsumableResourceList"]
        assert need["Quantity"] == {"Ref": "Number"}

    @pytest.mark.parametrize("quantity", [0, 1.5, "1", 11, True])
    def test_a_quantity_that_there_never_is(self, quantity: Any) -> None:  # noqa: ANN401
        stack = new_stack()
        licenses = ConsumableResource(stack, "Licenses", total_quantity=10)
        error = refused(lambda: plain_job(stack, Platform.EC2, consumable_resources={licenses: quantity}))
        assert fields(error) == ["consumable_resources[Licenses]"]

    def test_a_name_is_no_resource(self) -> None:
        error = refused(lambda: plain_job(new_stack(), Platform.EC2, consumable_resources={"licenses": 1}))
        assert fields(error) == ["consumable_resources[0]"]

    @pytest.mark.parametrize("total", [-1, 1.5, "10", None, ["1"]])
    def test_a_total_is_whole_from_0(self, total: Any) -> None:  # noqa: ANN401
        error = refused(lambda: ConsumableResource(new_stack(), "Licenses", total_quantity=total))
        assert fields(error) == ["total_quantity"]
