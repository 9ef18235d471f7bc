"""What holds for every kind of environment."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from support.api_shapes import api_problems
from support.parts import HOSTED, KINDS, SERVERLESS, environment_of, vpc_of
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import FargateEnvironment, HostLaunchTemplate, HostOptions, Instances, Platform
from batchwright.contracts import ComputeEnvironment

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


def resources_of(kind: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    stack = new_stack()
    environment_of(stack, kind, **options)
    resources: dict[str, Any] = synthesize(stack).only(ENVIRONMENT)["ComputeResources"]
    return resources


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_says_what_was_asked(kind: str) -> None:
    stack = new_stack()
    environment = environment_of(stack, kind, max_vcpus=64)
    properties = synthesize(stack).only(ENVIRONMENT)
    assert properties["Type"] == "managed"
    assert properties["State"] == "ENABLED"
    assert properties["ComputeResources"]["Type"] == kind
    assert properties["ComputeResources"]["MaxvCpus"] == 64
    assert properties["ComputeResources"]["Subnets"] == ["subnet-00000001", "subnet-00000002"]
    assert "ComputeEnvironmentName" not in properties
    assert not api_problems("CreateComputeEnvironment", properties, computeEnvironmentName="name")
    assert environment.capacity.kind == kind
    assert environment.capacity.max_vcpus == 64
    assert environment.capacity.is_spot is kind.endswith("SPOT")


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_the_contract(kind: str) -> None:
    assert isinstance(environment_of(new_stack(), kind), ComputeEnvironment)


@pytest.mark.parametrize("kind", KINDS)
def test_it_can_be_updated_in_place(kind: str) -> None:
    stack = new_stack()
    environment_of(stack, kind)
    properties = synthesize(stack).only(ENVIRONMENT)
    # Nothing is said on Fargate, where the property means nothing: updates are always in place.
    assert properties.get("ReplaceComputeEnvironment", False) is False
    assert ("ReplaceComputeEnvironment" in properties) is (kind in HOSTED)
    assert "ServiceRole" not in properties


@pytest.mark.parametrize("kind", KINDS)
def test_it_can_be_drained(kind: str) -> None:
    stack = new_stack()
    environment_of(stack, kind, enabled=False)
    assert synthesize(stack).only(ENVIRONMENT)["State"] == "DISABLED"


@pytest.mark.parametrize("kind", KINDS)
def test_the_default_group_lets_nothing_in(kind: str) -> None:
    stack = new_stack()
    environment_of(stack, kind)
    group = synthesize(stack).only("AWS::EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["0.0.0.0/0"]


@pytest.mark.parametrize("kind", KINDS)
def test_given_groups_and_subnets_are_used(kind: str) -> None:
    stack = new_stack()
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")
    one = ec2.Subnet.from_subnet_attributes(
        stack, "One", subnet_id="subnet-0000000f", availability_zone="us-east-1a", route_table_id="rtb-00000001"
    )
    environment_of(stack, kind, security_groups=[group], subnets=ec2.SubnetSelection(subnets=[one]))
    template = synthesize(stack)
    resources = template.only(ENVIRONMENT)["ComputeResources"]
    assert resources["SecurityGroupIds"] == ["sg-00000001"]
    assert resources["Subnets"] == ["subnet-0000000f"]
    assert not template.of_type("AWS::EC2::SecurityGroup")


@pytest.mark.parametrize("kind", KINDS)
def test_ports_can_be_opened_from_and_to_it(kind: str) -> None:
    stack = new_stack()
    environment = environment_of(stack, kind)
    database = ec2.SecurityGroup(stack, "Database", vpc=vpc_of(stack, construct_id="Same"))
    environment.connections.allow_to(database, ec2.Port.tcp(5432))
    database.connections.allow_to(environment, ec2.Port.tcp(8080))
    rules = synthesize(stack).of_type("AWS::EC2::SecurityGroupIngress").values()
    assert sorted(rule["FromPort"] for rule in rules) == [5432, 8080]


@pytest.mark.parametrize("kind", KINDS)
def test_plain_cdk_code_can_go_on_with_it(kind: str) -> None:
    stack = new_stack()
    environment = environment_of(stack, kind)
    queue = batch.JobQueue(stack, "Plain")
    queue.add_compute_environment(environment.compute_environment, 1)
    template = synthesize(stack)
    (order,) = template.only("AWS::Batch::JobQueue")["ComputeEnvironmentOrder"]
    (logical_id,) = template.of_type(ENVIRONMENT)
    assert order["ComputeEnvironment"] == {"Fn::GetAtt": [logical_id, "ComputeEnvironmentArn"]}
    assert environment.compute_environment is environment.compute_environment


@pytest.mark.parametrize("kind", KINDS)
def test_the_l1_resource_is_within_reach(kind: str) -> None:
    stack = new_stack()
    environment_of(stack, kind).resource.add_property_override("Tags", {"team": "a"})
    assert synthesize(stack).only(ENVIRONMENT)["Tags"] == {"team": "a"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("max_vcpus", [0, -1])
def test_max_vcpus_are_one_or_more(kind: str, max_vcpus: int) -> None:
    error = refused(lambda: environment_of(new_stack(), kind, max_vcpus=max_vcpus))
    assert "max_vcpus" in fields(error)
    assert error.where.endswith("'Stack/Environment'")


@pytest.mark.parametrize("kind", KINDS)
def test_all_problems_at_once(kind: str) -> None:
    stack = new_stack()
    vpc = vpc_of(stack, subnets=17)
    groups = [ec2.SecurityGroup.from_security_group_id(stack, f"G{n}", f"sg-{n:08x}") for n in range(6)]
    error = refused(lambda: environment_of(stack, kind, vpc=vpc, max_vcpus=0, security_groups=groups))
    assert fields(error) == ["max_vcpus", "subnets", "security_groups"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_security_group_at_all_is_refused(kind: str) -> None:
    assert fields(refused(lambda: environment_of(new_stack(), kind, security_groups=[]))) == ["security_groups"]


@pytest.mark.parametrize("kind", KINDS)
def test_limits_known_at_deployment_are_not_judged(kind: str) -> None:
    stack = new_stack()
    limit = cdk.CfnParameter(stack, "Limit", type="Number").value_as_number
    options: dict[str, Any] = {"max_vcpus": limit, **({"min_vcpus": limit} if kind in HOSTED else {})}
    environment = environment_of(stack, kind, **options)
    resources = synthesize(stack).only(ENVIRONMENT)["ComputeResources"]
    assert resources["MaxvCpus"] == {"Ref": "Limit"}
    assert environment.capacity.max_vcpus is None


@pytest.mark.parametrize("kind", KINDS)
def test_capacity_names_the_platform(kind: str) -> None:
    capacity = environment_of(new_stack(), kind).capacity
    assert capacity.platform is (Platform.EC2 if kind in HOSTED else Platform.FARGATE)


class TestHosted:
    @pytest.mark.parametrize("kind", HOSTED)
    def test_hosts_take_the_latest_launch_template(self, kind: str) -> None:
        specification = resources_of(kind)["LaunchTemplate"]
        (template_id, attribute) = specification["Version"]["Fn::GetAtt"]
        assert attribute == "LatestVersionNumber"
        assert specification["LaunchTemplateId"] == {"Ref": template_id}

    @pytest.mark.parametrize(
        ("kind", "strategy"), [("EC2", "BEST_FIT_PROGRESSIVE"), ("SPOT", "SPOT_PRICE_CAPACITY_OPTIMIZED")]
    )
    def test_the_strategy_fits_the_kind(self, kind: str, strategy: str) -> None:
        assert resources_of(kind)["AllocationStrategy"] == strategy

    @pytest.mark.parametrize("kind", HOSTED)
    def test_nothing_of_the_older_ways_is_rendered(self, kind: str) -> None:
        assert not {"BidPercentage", "SpotIamFleetRole", "ImageId", "DesiredvCpus"} & resources_of(kind).keys()

    @pytest.mark.parametrize("kind", HOSTED)
    def test_updates_let_jobs_finish(self, kind: str) -> None:
        stack = new_stack()
        environment_of(stack, kind)
        properties = synthesize(stack).only(ENVIRONMENT)
        assert properties["UpdatePolicy"] == {"JobExecutionTimeoutMinutes": 30, "TerminateJobsOnUpdate": False}
        assert properties["ComputeResources"]["UpdateToLatestImageVersion"] is True

    @pytest.mark.parametrize("kind", HOSTED)
    def test_it_scales_to_zero(self, kind: str) -> None:
        assert resources_of(kind)["MinvCpus"] == 0
        assert resources_of(kind, min_vcpus=8, max_vcpus=8)["MinvCpus"] == 8

    @pytest.mark.parametrize("kind", HOSTED)
    @pytest.mark.parametrize("min_vcpus", [-1, 9])
    def test_min_vcpus_are_within_max_vcpus(self, kind: str, min_vcpus: int) -> None:
        error = refused(lambda: environment_of(new_stack(), kind, max_vcpus=8, min_vcpus=min_vcpus))
        assert fields(error) == ["min_vcpus"]

    @pytest.mark.parametrize("kind", HOSTED)
    @pytest.mark.parametrize(
        ("instances", "types"),
        [
            (None, ["default_x86_64"]),
            (Instances.x86(), ["default_x86_64"]),
            (Instances.graviton(), ["default_arm64"]),
            (Instances.of("c7g", "m7g.large"), ["c7g", "m7g.large"]),
        ],
    )
    def test_only_the_instances_asked_for(self, kind: str, instances: Instances | None, types: list[str]) -> None:
        assert resources_of(kind, instances=instances)["InstanceTypes"] == types

    @pytest.mark.parametrize(
        ("instances", "images"),
        [
            (Instances.x86(), ["ECS_AL2023"]),
            (Instances.graviton(), ["ECS_AL2023"]),
            (Instances.of("g6"), ["ECS_AL2023_NVIDIA"]),
            (Instances.of("c7i", "g6"), ["ECS_AL2023", "ECS_AL2023_NVIDIA"]),
        ],
    )
    def test_gpu_hosts_get_the_image_with_the_driver(self, instances: Instances, images: list[str]) -> None:
        assert [entry["ImageType"] for entry in resources_of("EC2", instances=instances)["Ec2Configuration"]] == images

    @pytest.mark.parametrize("kind", HOSTED)
    def test_the_host_role_is_least(self, kind: str) -> None:
        stack = new_stack()
        environment_of(stack, kind)
        template = synthesize(stack)
        role = template.only("AWS::IAM::Role")
        assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
        (policy,) = role["ManagedPolicyArns"]
        assert policy["Fn::Join"][1][-1] == ":iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
        assert not template.of_type("AWS::IAM::Policy")

    @pytest.mark.parametrize("kind", HOSTED)
    def test_a_given_role_is_used(self, kind: str) -> None:
        stack = new_stack()
        role = cdk.aws_iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/hosts")
        environment = environment_of(stack, kind, hosts=HostOptions(role=role))
        template = synthesize(stack)
        assert not template.of_type("AWS::IAM::Role")
        assert template.only("AWS::IAM::InstanceProfile")["Roles"] == ["hosts"]
        assert not isinstance(environment, FargateEnvironment)
        assert environment.instance_role is role

    @pytest.mark.parametrize("kind", HOSTED)
    def test_the_role_outlives_the_environment(self, kind: str) -> None:
        stack = new_stack()
        environment_of(stack, kind)
        template = synthesize(stack)
        (role,) = template.of_type("AWS::IAM::Role")
        ((profile, properties),) = template.of_type("AWS::IAM::InstanceProfile").items()
        # By these references CloudFormation deletes the environment first, the role last.
        assert template.only(ENVIRONMENT)["ComputeResources"]["InstanceRole"] == {"Fn::GetAtt": [profile, "Arn"]}
        assert properties["Roles"] == [{"Ref": role}]

    @pytest.mark.parametrize("kind", HOSTED)
    def test_a_given_role_and_its_policies_outlive_the_environment(self, kind: str) -> None:
        stack = new_stack()
        role = iam.Role(stack, "Mine", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::data/*"]))
        environment_of(stack, kind, hosts=HostOptions(role=role))
        template = synthesize(stack)
        (policy,) = template.of_type("AWS::IAM::Policy")
        assert policy in template.raw(ENVIRONMENT)[0]["DependsOn"]

    @pytest.mark.parametrize("kind", HOSTED)
    def test_a_launch_template_may_be_shared(self, kind: str) -> None:
        stack = new_stack()
        shared = HostLaunchTemplate(stack, "Shared", metadata_hop_limit=2)
        environments = [
            environment_of(stack, kind, construct_id=f"Environment{n}", hosts=HostOptions(launch_template=shared))
            for n in (1, 2)
        ]
        assert len(synthesize(stack).of_type("AWS::EC2::LaunchTemplate")) == 1
        assert [e.launch_template for e in environments if not isinstance(e, FargateEnvironment)] == [shared, shared]


class TestFargate:
    @pytest.mark.parametrize("kind", SERVERLESS)
    def test_nothing_that_fargate_refuses_is_rendered(self, kind: str) -> None:
        stack = new_stack()
        environment_of(stack, kind)
        template = synthesize(stack)
        properties = template.only(ENVIRONMENT)
        assert properties["ComputeResources"].keys() == {"Type", "MaxvCpus", "Subnets", "SecurityGroupIds"}
        assert "UpdatePolicy" not in properties
        assert not template.of_type("AWS::IAM::Role")

    @pytest.mark.parametrize("public", [True, False])
    def test_public_subnets_are_noted(self, public: bool) -> None:
        stack = new_stack()
        environment = environment_of(stack, "FARGATE", vpc=vpc_of(stack, public=public))
        assert environment.capacity.public_ip is public
