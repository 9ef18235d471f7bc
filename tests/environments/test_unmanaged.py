from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cloudformation_schema import schema_problems
from support.problems import fields, named, refused
from support.sample_parts.environment_kinds import unmanaged_full, unmanaged_of
from support.synthesis import Template, new_stack, synthesize

from batchwright import Architecture, HostImage, Instances, NvmeScratch, Platform, RootVolume
from batchwright.contracts import ComputeEnvironment

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
GROUP = "AWS::AutoScaling::AutoScalingGroup"


def built(**options: Any) -> Template:  # noqa: ANN401
    stack = new_stack()
    unmanaged_of(stack, **options)
    return synthesize(stack)


def built_full() -> Template:
    stack = new_stack()
    unmanaged_of(stack, **unmanaged_full(stack))
    return synthesize(stack)


def launch_data(template: Template) -> dict[str, Any]:
    data: dict[str, Any] = template.only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    return data


def test_batch_gets_a_role_and_no_say_over_the_hosts() -> None:
    template = built()
    properties = template.only(ENVIRONMENT)
    assert (properties["Type"], properties["State"]) == ("unmanaged", "ENABLED")
    assert "ComputeResources" not in properties
    assert "UnmanagedvCpus" not in properties
    (role,) = [name for name in template.of_type("AWS::IAM::Role") if "ServiceRole" in name]
    assert properties["ServiceRole"] == {"Fn::GetAtt": [role, "Arn"]}
    trust = template.of_type("AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    assert trust == {"Service": "batch.amazonaws.com"}


@pytest.mark.parametrize("build", [built, built_full])
def test_cloudformation_takes_it(build: Any) -> None:  # noqa: ANN401
    assert schema_problems(build().body) == []


def test_hosts_join_the_cluster_of_the_environment() -> None:
    template = built()
    (environment,) = template.of_type(ENVIRONMENT)
    (cluster,) = template.of_type("Custom::BatchEcsCluster")
    assert template.only("Custom::BatchEcsCluster")["ComputeEnvironment"] == {
        "Fn::GetAtt": [environment, "ComputeEnvironmentArn"]
    }
    text = json.dumps(launch_data(template)["UserData"])
    assert "ECS_CLUSTER=" in text
    assert json.dumps({"Fn::GetAtt": [cluster, "Arn"]}) in text


def test_the_cluster_is_looked_up_by_a_function_that_may_do_no_more() -> None:
    statements = [
        statement
        for name, policy in built().of_type("AWS::IAM::Policy").items()
        if "ClusterLookup" in name
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert [statement["Action"] for statement in statements[1:]] == ["batch:DescribeComputeEnvironments"]


def test_settings_of_the_agent_are_kept() -> None:
    text = json.dumps(launch_data(built(agent_settings={"ECS_LOGLEVEL": "warn"}))["UserData"])
    assert "ECS_LOGLEVEL=warn" in text


def test_parts_that_need_drives_need_types_with_drives() -> None:
    assert fields(refused(lambda: built(parts=[NvmeScratch()]))) == ["instances"]
    built(parts=[NvmeScratch()], instances=Instances.of("c6id.4xlarge"))
    built(parts=[NvmeScratch(required=False)])


def test_types_with_drives_bring_the_part_for_them() -> None:
    nvme = Instances.nvme("c6id.4xlarge")
    assert "MOUNT_PATH=/scratch" in json.dumps(launch_data(built(instances=nvme)))
    text = json.dumps(launch_data(built(instances=nvme, parts=[NvmeScratch(path="/fast")])))
    assert "MOUNT_PATH=/fast" in text
    assert "MOUNT_PATH=/scratch" not in text


def test_what_is_wrong_about_hosts_is_told_with_the_rest() -> None:
    wrong = {
        "agent_settings": {"ECS_CLUSTER": "other"},
        "parts": [NvmeScratch(path="scratch")],
        "root_volume": RootVolume(gibibytes=1),
        "min_hosts": "2",
    }
    found = named(lambda: built(**wrong))
    assert found == {"parts[0].path", "root_volume.gibibytes", "min_hosts"}
    assert named(lambda: built(agent_settings=wrong["agent_settings"], min_hosts=-1)) == {
        "agent_settings['ECS_CLUSTER']",
        "min_hosts",
    }


def test_hosts_are_of_the_types_in_their_order() -> None:
    template = built(instances=Instances.of("m7g.xlarge", "c7g.xlarge"), min_hosts=2, max_hosts=5)
    group = template.only(GROUP)
    assert (group["MinSize"], group["MaxSize"]) == ("2", "5")
    policy = group["MixedInstancesPolicy"]
    assert [each["InstanceType"] for each in policy["LaunchTemplate"]["Overrides"]] == ["m7g.xlarge", "c7g.xlarge"]
    assert policy["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"] == 100
    assert group["VPCZoneIdentifier"] == ["subnet-00000001", "subnet-00000002"]
    assert "DesiredCapacity" not in group


def test_hosts_may_be_spot() -> None:
    distribution = built(spot=True).only(GROUP)["MixedInstancesPolicy"]["InstancesDistribution"]
    assert distribution["OnDemandPercentageAboveBaseCapacity"] == 0
    assert distribution["SpotAllocationStrategy"] == "price-capacity-optimized"


@pytest.mark.parametrize(
    ("instances", "kind"),
    [
        (Instances.of("m7i.large"), ""),
        (Instances.of("m7g.large"), "arm64/"),
        (Instances.of("g6.xlarge"), "gpu/"),
        (Instances.of("inf2.xlarge"), "neuron/"),
    ],
)
def test_the_image_fits_the_instances(instances: Instances, kind: str) -> None:
    parameters = built(instances=instances).body["Parameters"].values()
    images = [each["Default"] for each in parameters if each["Type"].endswith("Value<AWS::EC2::Image::Id>")]
    assert images == [f"/aws/service/ecs/optimized-ami/amazon-linux-2023/{kind}recommended/image_id"]


def test_a_deployment_replaces_hosts_one_by_one_unless_told_otherwise() -> None:
    (group,) = built().raw(GROUP)
    update = group["UpdatePolicy"]["AutoScalingRollingUpdate"]
    assert (update["MaxBatchSize"], update["MinInstancesInService"]) == (1, 0)
    assert "UpdatePolicy" not in built(replace_hosts=False).raw(GROUP)[0]


def test_hosts_that_end_wait_for_their_jobs() -> None:
    template = built(drain_for=Duration.hours(1))
    (group,) = template.of_type(GROUP)
    hook = template.only("AWS::AutoScaling::LifecycleHook")
    assert hook["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
    assert (hook["HeartbeatTimeout"], hook["DefaultResult"]) == (3600, "CONTINUE")
    patterns = [rule["EventPattern"] for rule in template.of_type("AWS::Events::Rule").values()]
    assert {pattern["source"][0] for pattern in patterns} == {"aws.autoscaling", "aws.ecs"}
    assert {"AutoScalingGroupName": [{"Ref": group}]} in [pattern["detail"] for pattern in patterns]
    (drained,) = [pattern for pattern in patterns if pattern["source"] == ["aws.ecs"]]
    assert drained["detail-type"] == ["ECS Container Instance State Change"]
    assert (drained["detail"]["status"], drained["detail"]["runningTasksCount"]) == (["DRAINING"], [0])
    (function,) = [each for name, each in template.of_type("AWS::Lambda::Function").items() if "Draining" in name]
    assert function["Environment"]["Variables"].keys() == {"CLUSTER", "GROUP", "HOOK"}


def test_everything_outlives_what_needs_it() -> None:
    template = built_full()
    group, (environment,) = template.raw(GROUP)[0], template.raw(ENVIRONMENT)
    # The group goes first, or Batch cannot delete the cluster that its hosts are in.
    assert [name for name in template.of_type("AWS::IAM::Role") if name in group["DependsOn"]]
    assert [name for name in template.of_type("AWS::IAM::Role") if name in environment["DependsOn"]]
    assert launch_data(template)["ImageId"] == "ami-0123456789abcdef0"


def test_it_keeps_the_contract() -> None:
    stack = new_stack()
    environment = unmanaged_of(stack, unmanaged_vcpus=8)
    assert isinstance(environment, ComputeEnvironment)
    capacity = environment.capacity
    assert (capacity.kind, capacity.platform, capacity.max_vcpus) == ("UNMANAGED", Platform.EC2, 8)
    assert (capacity.architecture, capacity.instance_types) == (Architecture.X86_64, ("m7i.2xlarge",))
    queue = cdk.aws_batch.JobQueue(stack, "Plain")
    queue.add_compute_environment(environment.compute_environment, 1)
    environment.connections.allow_from(ec2.Peer.ipv4("10.0.0.0/8"), ec2.Port.HTTPS)
    assert synthesize(stack).only(ENVIRONMENT)["UnmanagedvCpus"] == 8


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"vpc": "vpc-1"}, "vpc"),
        ({"instances": None}, "instances"),
        ({"instances": "m7i"}, "instances"),
        ({"instances": Instances.x86()}, "instances"),
        ({"instances": Instances.of("m7i")}, "instances"),
        ({"instances": Instances.of("g6.xlarge", "m7i.large")}, "instances"),
        ({"min_hosts": -1}, "min_hosts"),
        ({"min_hosts": "1"}, "min_hosts"),
        ({"min_hosts": 3, "max_hosts": 2}, "min_hosts"),
        ({"max_hosts": 0, "min_hosts": 0}, "max_hosts"),
        ({"max_hosts": 1.5}, "max_hosts"),
        ({"unmanaged_vcpus": 0}, "unmanaged_vcpus"),
        ({"unmanaged_vcpus": "8"}, "unmanaged_vcpus"),
        ({"drain_for": 30}, "drain_for"),
        ({"drain_for": Duration.seconds(29)}, "drain_for"),
        ({"drain_for": Duration.hours(3)}, "drain_for"),
        ({"image": "ami-1"}, "image"),
        ({"image": HostImage()}, "image"),
        ({"unmanaged_vcpus": 2.5}, "unmanaged_vcpus"),
        ({"instances": Instances.of("m7i.large", "inf2.xlarge")}, "instances"),
        ({"instances": Instances.hpc("c7gn.16xlarge")}, "instances"),
        ({"image": HostImage.ami("al2023")}, "image"),
        ({"image": HostImage.newest("ECS_AL2023")}, "image"),
        ({"agent_settings": ["ECS_LOGLEVEL"]}, "agent_settings"),
        ({"instance_role": "hosts"}, "instance_role"),
        ({"service_role": "batch"}, "service_role"),
        ({"container_insights": "ON"}, "container_insights"),
        ({"tags": ["team"]}, "tags"),
        ({"spot": "no"}, "spot"),
        ({"replace_hosts": None}, "replace_hosts"),
        ({"enabled": "no"}, "enabled"),
    ],
)
def test_a_wrong_value_names_its_field(options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: built(**options))) == [field]


def test_values_known_at_deployment_are_not_judged() -> None:
    stack = new_stack()
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    environment = unmanaged_of(stack, min_hosts=number, max_hosts=number, unmanaged_vcpus=number)
    assert environment.capacity.max_vcpus is None
    template = synthesize(stack)
    assert template.only(GROUP)["MaxSize"] == {"Ref": "Number"}
    assert template.only(ENVIRONMENT)["UnmanagedvCpus"] == {"Ref": "Number"}


@given(st.integers(-1, 4), st.one_of(st.none(), st.integers(-1, 4)), st.integers(0, 8000))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_accepted_or_named(least: int, most: int | None, drain: int) -> None:
    wrong = set()
    if most is not None and most < 1:
        wrong.add("max_hosts")
    if least < 0 or (most is not None and least > max(most, 0)):
        wrong.add("min_hosts")
    if not 30 <= drain <= 7200:
        wrong.add("drain_for")
    stack = new_stack()
    options = {"min_hosts": least, "max_hosts": most, "drain_for": Duration.seconds(drain)}
    assert named(lambda: unmanaged_of(stack, **options)) == wrong
    if not wrong:
        assert schema_problems(synthesize(stack).body) == []
