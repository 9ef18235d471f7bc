from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration, Size
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.problems import fields, named, refused
from support.sample_parts.environment_kinds import GROUP_ARN, managed_instances_full, managed_instances_of, vpc_for
from support.synthesis import Template, new_stack, synthesize

from batchwright import Architecture, CapacityOption, Instances, Platform, ReservationPreference, Reservations
from batchwright.contracts import ComputeEnvironment

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


def built(**options: Any) -> Template:  # noqa: ANN401
    stack = new_stack()
    managed_instances_of(stack, **options)
    return synthesize(stack)


def built_full(**options: Any) -> Template:  # noqa: ANN401
    stack = new_stack()
    managed_instances_of(stack, **{**managed_instances_full(stack), **options})
    return synthesize(stack)


def provider(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = template.only(ENVIRONMENT)["ComputeResources"]["ManagedInstancesProvider"]
    return found


def hosts(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = provider(template)["InstanceLaunchTemplate"]
    return found


def test_the_least_says_no_more_than_aws_needs() -> None:
    template = built()
    properties = template.only(ENVIRONMENT)
    assert properties["Type"] == "managed"
    assert properties["ComputeResources"].keys() == {"Type", "MaxvCpus", "ManagedInstancesProvider"}
    assert properties["ComputeResources"]["Type"] == "ECS_MANAGED_INSTANCES"
    assert "UpdatePolicy" not in properties
    assert properties["ReplaceComputeEnvironment"] is False
    assert provider(template)["PropagateTags"] == "CAPACITY_PROVIDER"
    assert "InfrastructureOptimization" not in provider(template)
    assert hosts(template)["CapacityOptionType"] == "ON_DEMAND"
    assert hosts(template)["NetworkConfiguration"]["Subnets"] == ["subnet-00000001", "subnet-00000002"]
    assert "InstanceRequirements" not in hosts(template)


def test_every_option_reaches_the_template() -> None:
    template = built_full()
    assert provider(template)["InfrastructureOptimization"] == {"ScaleInAfter": 600}
    assert provider(template)["PropagateTags"] == "NONE"
    instance = hosts(template)
    assert instance["InstanceRequirements"] == {"AllowedInstanceTypes": ["m7g", "c7g.4xlarge"]}
    assert instance["CapacityOptionType"] == "RESERVED"
    assert instance["CapacityReservations"] == {
        "ReservationGroupArn": GROUP_ARN,
        "ReservationPreference": "RESERVATIONS_FIRST",
    }
    assert instance["StorageConfiguration"] == {"StorageSizeGiB": 200}
    assert instance["LocalStorageConfiguration"] == {"UseLocalStorage": True}
    assert (instance["Monitoring"], instance["FipsEnabled"]) == ("DETAILED", True)
    assert instance["InstanceMetadataTagsPropagation"] is True
    properties = template.only(ENVIRONMENT)
    assert properties["ComputeResources"]["CapacityTags"] == {"cost-centre": "4711"}
    assert properties["EcsSettings"] == {"ContainerInsights": "ENABLED"}
    assert (properties["State"], properties["Tags"]) == ("DISABLED", {"team": "imaging"})


@pytest.mark.parametrize("build", [built, built_full])
def test_cloudformation_and_the_api_take_it(build: Any) -> None:  # noqa: ANN401
    template = build()
    assert schema_problems(template.body) == []
    properties = template.only(ENVIRONMENT)
    assert not api_problems("CreateComputeEnvironment", properties, computeEnvironmentName="name")


def test_ecs_may_hand_over_the_role_of_these_instances_alone() -> None:
    template = built()
    roles = template.of_type("AWS::IAM::Role")
    (ecs,) = [role for name, role in roles.items() if "Infrastructure" in name]
    (own,) = [name for name in roles if "InstanceRole" in name]
    assert ecs["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ecs.amazonaws.com"}
    (policy,) = ecs["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "iam:PassRole"
    assert statement["Resource"] == {"Fn::GetAtt": [own, "Arn"]}
    assert statement["Condition"]["StringEquals"]["iam:PassedToService"][0] == "ec2.amazonaws.com"
    assert not template.of_type("AWS::IAM::Policy")


def test_given_roles_are_used_and_outlive_it() -> None:
    template = built_full()
    roles = template.of_type("AWS::IAM::Role")
    assert len(roles) == 2
    (policy,) = template.of_type("AWS::IAM::Policy")
    statement = template.of_type("AWS::IAM::Policy")[policy]["PolicyDocument"]["Statement"][0]
    assert statement["Action"] == "iam:PassRole"
    assert {policy, *roles} <= set(template.raw(ENVIRONMENT)[0]["DependsOn"])


def test_it_keeps_the_contract() -> None:
    stack = new_stack()
    environment = managed_instances_of(stack, instances=Instances.of("m7g"))
    assert isinstance(environment, ComputeEnvironment)
    capacity = environment.capacity
    assert (capacity.kind, capacity.platform) == ("ECS_MANAGED_INSTANCES", Platform.MANAGED_INSTANCES)
    assert (capacity.architecture, capacity.instance_types) == (Architecture.ARM64, ("m7g",))
    assert managed_instances_of(new_stack()).capacity.architecture is None


def test_plain_cdk_code_can_go_on_with_it() -> None:
    stack = new_stack()
    environment = managed_instances_of(stack)
    queue = cdk.aws_batch.JobQueue(stack, "Plain")
    queue.add_compute_environment(environment.compute_environment, 1)
    environment.connections.allow_from(ec2.Peer.ipv4("10.0.0.0/8"), ec2.Port.HTTPS)
    template = synthesize(stack)
    assert len(template.only("AWS::Batch::JobQueue")["ComputeEnvironmentOrder"]) == 1
    assert template.only("AWS::EC2::SecurityGroup")["SecurityGroupIngress"][0]["FromPort"] == 443


def test_idle_instances_may_be_kept() -> None:
    assert provider(built(scale_in=False))["InfrastructureOptimization"] == {"ScaleInAfter": -1}
    assert provider(built(scale_in_after=Duration.seconds(0)))["InfrastructureOptimization"] == {"ScaleInAfter": 0}


def test_what_cannot_change_gives_another_environment() -> None:
    settings: list[dict[str, Any]] = [
        {},
        {"capacity": CapacityOption.SPOT},
        {"capacity": CapacityOption.RESERVED, "reservations": Reservations()},
        {"fips": True},
        {"fips": False},
    ]
    names = [next(iter(built(**each).of_type(ENVIRONMENT))) for each in settings]
    assert len(set(names)) == len(settings)
    changed = {"max_vcpus": 9, "storage": Size.gibibytes(50), "local_storage": True, "instances": Instances.of("m7g")}
    assert next(iter(built(**changed).of_type(ENVIRONMENT))) == names[0]


def test_drives_of_their_own_are_for_containers() -> None:
    built(instances=Instances.nvme(), local_storage=True)


def test_tags_of_the_app_do_not_replace_it() -> None:
    stack = new_stack()
    managed_instances_of(stack)
    cdk.Tags.of(stack.node.root).add("commit", "1f2e3d")
    assert "Tags" not in synthesize(stack).only(ENVIRONMENT)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"vpc": None}, "vpc"),
        ({"vpc": "vpc-1"}, "vpc"),
        ({"max_vcpus": 0}, "max_vcpus"),
        ({"max_vcpus": "4"}, "max_vcpus"),
        ({"instances": ["m7g"]}, "instances"),
        ({"instances": Instances.x86()}, "instances"),
        ({"capacity": "SAVINGS"}, "capacity"),
        ({"capacity": CapacityOption.RESERVED}, "reservations"),
        ({"capacity": CapacityOption.SPOT, "reservations": Reservations()}, "reservations"),
        ({"reservations": "cr-1"}, "reservations"),
        ({"reservations": Reservations(preference="ALL")}, "reservations.preference"),  # type: ignore[arg-type]
        ({"reservations": Reservations(group_arn=3)}, "reservations.group_arn"),  # type: ignore[arg-type]
        (
            {"reservations": Reservations(preference=ReservationPreference.EXCLUDED, group_arn=GROUP_ARN)},
            "reservations.preference",
        ),
        ({"storage": 100}, "storage"),
        ({"storage": Size.mebibytes(1500)}, "storage"),
        ({"scale_in_after": 300}, "scale_in_after"),
        ({"scale_in_after": Duration.hours(2)}, "scale_in_after"),
        ({"scale_in_after": Duration.millis(1500)}, "scale_in_after"),
        ({"scale_in": False, "scale_in_after": Duration.minutes(5)}, "scale_in_after"),
        ({"capacity_tags": ["team"]}, "capacity_tags"),
        ({"capacity_tags": {"team": 1}}, "capacity_tags['team']"),
        ({"capacity_tags": {f"t{n}": "" for n in range(51)}}, "capacity_tags"),
        ({"instance_role": "arn:aws:iam::123456789012:role/hosts"}, "instance_role"),
        ({"infrastructure_role": "arn:aws:iam::123456789012:role/ecs"}, "infrastructure_role"),
        ({"security_groups": "sg-1"}, "security_groups"),
        ({"subnets": ["subnet-1"]}, "subnets"),
        ({"container_insights": "ON"}, "container_insights"),
        ({"tags": ["team"]}, "tags"),
        ({"fips": "no"}, "fips"),
        ({"scale_in": 0}, "scale_in"),
        ({"enabled": "no"}, "enabled"),
        ({"capacity_tags": {"aws:team": "x"}}, "capacity_tags['aws:team']"),
        ({"reservations": Reservations(group_arn="reserved")}, "reservations.group_arn"),
        ({"instances": Instances.hpc("c7gn.16xlarge")}, "instances"),
        ({"instances": Instances.nvme()}, "local_storage"),
    ],
)
def test_a_wrong_value_names_its_field(options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: built(**options))) == [field]


def test_all_wrong_values_are_named_at_once() -> None:
    error = refused(
        lambda: built(max_vcpus=0, storage=Size.mebibytes(1), scale_in_after=Duration.hours(2), security_groups=[])
    )
    assert fields(error) == ["max_vcpus", "storage", "scale_in_after", "security_groups"]


def test_values_known_at_deployment_are_not_judged() -> None:
    stack = new_stack()
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    managed_instances_of(
        stack, max_vcpus=number, storage=Size.gibibytes(number), scale_in_after=Duration.seconds(number)
    )
    template = synthesize(stack)
    assert template.only(ENVIRONMENT)["ComputeResources"]["MaxvCpus"] == {"Ref": "Number"}
    assert hosts(template)["StorageConfiguration"]["StorageSizeGiB"] == {"Ref": "Number"}
    assert provider(template)["InfrastructureOptimization"]["ScaleInAfter"] == {"Ref": "Number"}


def test_a_role_of_another_account_is_no_obstacle() -> None:
    stack = new_stack()
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/hosts")
    managed_instances_of(stack, instance_role=role, vpc=vpc_for(stack))
    assert synthesize(stack).only("AWS::IAM::InstanceProfile")["Roles"] == ["hosts"]


@given(
    st.fixed_dictionaries(
        {
            "max_vcpus": st.integers(-1, 5000),
            "storage": st.one_of(st.none(), st.integers(-1, 3).map(lambda n: Size.gibibytes(max(n, 0)))),
            "scale_in_after": st.one_of(st.none(), st.integers(0, 5000).map(Duration.seconds)),
            "scale_in": st.booleans(),
            "capacity": st.sampled_from(CapacityOption),
            "reservations": st.sampled_from([None, Reservations(), Reservations(group_arn=GROUP_ARN)]),
        }
    )
)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_accepted_or_named(options: dict[str, Any]) -> None:
    storage, idle, capacity = options["storage"], options["scale_in_after"], options["capacity"]
    wrong = set()
    if options["max_vcpus"] < 1:
        wrong.add("max_vcpus")
    if storage is not None and storage.to_gibibytes() < 1:
        wrong.add("storage")
    if idle is not None and (not options["scale_in"] or idle.to_seconds() > 3600):
        wrong.add("scale_in_after")
    given_reservations = options["reservations"] is not None
    if capacity != CapacityOption.ON_DEMAND and given_reservations != (capacity == CapacityOption.RESERVED):
        wrong.add("reservations")
    stack = new_stack()
    assert named(lambda: managed_instances_of(stack, **options)) == wrong
    if not wrong:
        assert schema_problems(synthesize(stack).body) == []
