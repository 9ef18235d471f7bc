from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sns as sns
from support.parts import vpc_of
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import BatchPlatform, ContainerJob, Fargate, Instances, JobImage, Network, OnDemand, Spot

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


def platform_of(**options: Any) -> tuple[BatchPlatform, Template]:  # noqa: ANN401
    stack = new_stack()
    platform = BatchPlatform(stack, "Platform", vpc=vpc_of(stack), **options)
    return platform, synthesize(stack)


def test_spot_goes_first_and_on_demand_stands_behind_it() -> None:
    platform, template = platform_of()
    order = template.only("AWS::Batch::JobQueue")["ComputeEnvironmentOrder"]
    environments = template.of_type(ENVIRONMENT)
    kinds = [environments[entry["ComputeEnvironment"]["Fn::GetAtt"][0]]["ComputeResources"]["Type"] for entry in order]
    assert kinds == ["SPOT", "EC2"]
    assert [environment.capacity.kind for environment in platform.environments] == ["SPOT", "EC2"]


def test_failed_jobs_of_its_queue_are_reported() -> None:
    platform, template = platform_of()
    (queue,) = template.of_type("AWS::Batch::JobQueue")
    pattern = template.only("AWS::Events::Rule")["EventPattern"]
    assert pattern["detail"]["status"] == ["FAILED"]
    assert pattern["detail"]["jobQueue"] == [{"Fn::GetAtt": [queue, "JobQueueArn"]}]
    assert platform.topic is platform.notifier.topic


def test_a_network_is_made_without_a_vpc() -> None:
    stack = new_stack()
    platform = BatchPlatform(stack, "Platform", capacity=[Fargate()])
    template = synthesize(stack)
    assert isinstance(platform.network, Network)
    assert platform.vpc is platform.network.vpc
    subnets = template.only(ENVIRONMENT)["ComputeResources"]["Subnets"]
    assert [subnet["Ref"] for subnet in subnets] == list(template.of_type("AWS::EC2::Subnet"))
    assert not template.of_type("AWS::EC2::NatGateway")


@pytest.mark.parametrize(
    ("capacity", "services"),
    [
        ([Fargate(spot=True), Fargate()], {"ecr.api", "ecr.dkr", "logs", "secretsmanager"}),
        (None, {"ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs", "secretsmanager"}),
    ],
)
def test_a_network_has_the_endpoints_that_the_capacity_needs(capacity: Any, services: set[str]) -> None:  # noqa: ANN401
    stack = new_stack()
    BatchPlatform(stack, "Platform", capacity=capacity)
    endpoints = synthesize(stack).of_type("AWS::EC2::VPCEndpoint").values()
    names = [each["ServiceName"] for each in endpoints if each["VpcEndpointType"] == "Interface"]
    assert {name["Fn::Join"][1][-1].removeprefix(".") for name in names} == services


def test_a_given_vpc_and_topic_are_used() -> None:
    stack = new_stack()
    vpc = vpc_of(stack)
    topic = sns.Topic.from_topic_arn(stack, "Topic", "arn:aws:sns:us-east-1:123456789012:jobs")
    platform = BatchPlatform(stack, "Platform", vpc=vpc, topic=topic)
    template = synthesize(stack)
    assert platform.network is None
    assert (platform.vpc, platform.topic) == (vpc, topic)
    assert not template.of_type("AWS::EC2::VPC")
    assert not template.of_type("AWS::SNS::Topic")


@pytest.mark.parametrize(
    ("capacity", "kinds"),
    [
        ([OnDemand(Instances.graviton())], ["EC2"]),
        ([Spot(max_vcpus=8), OnDemand(max_vcpus=4), OnDemand(Instances.of("c7i"))], ["SPOT", "EC2", "EC2"]),
        ([Fargate(spot=True), Fargate()], ["FARGATE_SPOT", "FARGATE"]),
    ],
)
def test_capacity_is_tried_in_the_order_given(capacity: list[Spot | OnDemand | Fargate], kinds: list[str]) -> None:
    platform, _ = platform_of(capacity=capacity)
    assert [environment.capacity.kind for environment in platform.environments] == kinds


@pytest.mark.parametrize(
    ("capacity", "ids"),
    [
        ([OnDemand()], ["OnDemand"]),
        ([Spot(), OnDemand()], ["Spot", "OnDemand"]),
        ([OnDemand(), Spot(), OnDemand(Instances.of("c7i"))], ["OnDemand", "Spot", "OnDemand2"]),
        ([Fargate(spot=True), Fargate()], ["FargateSpot", "Fargate"]),
    ],
)
def test_an_environment_keeps_its_id_when_another_kind_joins(
    capacity: list[Spot | OnDemand | Fargate], ids: list[str]
) -> None:
    stack = new_stack()
    platform = BatchPlatform(stack, "Platform", vpc=vpc_of(stack), capacity=capacity)
    assert [platform.node.find_child(name).node.id for name in ids] == ids
    assert len(platform.environments) == len(ids)


@pytest.mark.parametrize(
    "capacity", [[], [Spot(), Fargate()], [Spot(), OnDemand(Instances.graviton())], [Fargate()] * 4]
)
def test_a_mix_that_batch_refuses_is_refused(capacity: list[Spot | OnDemand | Fargate]) -> None:
    assert fields(refused(lambda: platform_of(capacity=capacity))) == ["environments"]


def test_a_number_outside_its_range_is_refused() -> None:
    assert fields(refused(lambda: platform_of(capacity=[Spot(max_vcpus=0), OnDemand(min_vcpus=-1)]))) == [
        "capacity[0].max_vcpus",
        "capacity[1].min_vcpus",
    ]


def test_what_is_no_vpc_and_no_topic_is_refused() -> None:
    build = lambda: BatchPlatform(new_stack(), "Platform", vpc="vpc-1", topic="alarms")  # type: ignore[arg-type]  # noqa: E731
    assert fields(refused(build)) == ["vpc", "topic"]


def test_a_job_runs_on_it() -> None:
    stack = new_stack()
    platform = BatchPlatform(stack, "Platform", vpc=vpc_of(stack))
    ContainerJob(
        stack,
        "Job",
        image=JobImage.from_registry("python"),
        queue=platform.queue,
        vcpus=1,
        memory=cdk.Size.gibibytes(1),
    )
    assert synthesize(stack).only("AWS::Batch::JobDefinition")["PlatformCapabilities"] == ["EC2"]
