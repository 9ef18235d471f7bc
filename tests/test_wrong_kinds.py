"""Arguments of a wrong kind: named in a ConfigurationError, never taken apart or refused from deep inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from support.parts import vpc_of
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import (
    BatchPlatform,
    BatchStep,
    ContainerJob,
    Egress,
    Fargate,
    ImageRepository,
    Instances,
    JobImage,
    JobStateNotifier,
    Network,
    Pipeline,
    S3Trigger,
    Spot,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


@pytest.fixture
def new_job(stack: cdk.Stack) -> Callable[..., ContainerJob]:
    platform = BatchPlatform(stack, "Batch", capacity=[Fargate()], vpc=vpc_of(stack))

    def make(**options: object) -> ContainerJob:
        defaults: dict[str, Any] = {
            "image": JobImage.from_registry("public.ecr.aws/docker/library/python:3.13-slim"),
            "queue": platform.queue,
            "vcpus": 1,
            "memory": cdk.Size.gibibytes(2),
        }
        return ContainerJob(stack, "Job", **(defaults | options))

    return make


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("memory", 2048, "memory"),
        ("timeout", 3600, "timeout"),
        ("vcpus", "1", "vcpus"),
        ("image", "python:3.13", "image"),
        ("retries", 3, "retries"),
        ("queue", "arn:aws:batch:us-east-1:123456789012:job-queue/q", "queue"),
        ("command", "python main.py", "command"),
        ("environment", {"N": 3}, "environment['N']"),
        ("parameters", {"n": 3}, "parameters['n']"),
    ],
)
def test_a_job_names_the_argument(new_job: Callable[..., ContainerJob], option: str, value: object, field: str) -> None:
    assert fields(refused(lambda: new_job(**{option: value}))) == [field]


def test_all_of_them_at_once(new_job: Callable[..., ContainerJob]) -> None:
    assert fields(refused(lambda: new_job(memory=1, command="x", vcpus="2"))) == ["vcpus", "memory", "command"]


def test_a_step_takes_no_text_as_its_command(stack: cdk.Stack, new_job: Callable[..., ContainerJob]) -> None:
    step = BatchStep(new_job(), command="python main.py")
    assert fields(refused(lambda: Pipeline(stack, "Run", steps=step))) == ["Job.command"]


def test_a_pipeline_takes_a_step(stack: cdk.Stack, new_job: Callable[..., ContainerJob]) -> None:
    job: Any = new_job()
    error = refused(lambda: Pipeline(stack, "Run", steps=job))
    assert fields(error) == ["steps"]
    assert "BatchStep(job)" in str(error)


@pytest.mark.parametrize(
    ("capacity", "field"),
    [(Spot(), "capacity"), ("SPOT", "capacity"), ([Instances.x86()], "capacity[0]"), (["SPOT"], "capacity[0]")],
)
def test_a_platform_takes_a_list_of_offers(stack: cdk.Stack, capacity: list[Spot], field: str) -> None:
    assert fields(refused(lambda: BatchPlatform(stack, "Batch", capacity=capacity))) == [field]


def test_a_network_is_no_vpc(stack: cdk.Stack) -> None:
    network: Any = Network(stack, "Network")
    assert fields(refused(lambda: BatchPlatform(stack, "Batch", vpc=network))) == ["vpc"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"egress": "internet"}, "egress"),
        ({"endpoints": "sts"}, "endpoints"),
        ({"endpoints": ["s3"]}, "endpoints"),
        ({"nat_gateways": 2}, "nat_gateways"),
    ],
)
def test_a_network_names_the_option(stack: cdk.Stack, options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: Network(stack, "Network", **options))) == [field]


def test_the_text_of_an_egress_is_that_egress(stack: cdk.Stack) -> None:
    egress: Any = "nat"
    assert Network(stack, "Network", egress=egress).egress is Egress.NAT
    assert len(synthesize(stack).of_type("AWS::EC2::NatGateway")) == 1


def test_states_and_event_names_are_lists(stack: cdk.Stack, new_job: Callable[..., ContainerJob]) -> None:
    pipeline = Pipeline(stack, "Run", steps=BatchStep(new_job()))
    topic = cdk.aws_sns.Topic(stack, "Topic")
    bucket = cdk.aws_s3.Bucket(stack, "Bucket")
    assert fields(refused(lambda: JobStateNotifier(stack, "Notifier", states="FAILED"))) == ["states"]
    assert fields(refused(lambda: pipeline.notify(topic, on="FAILED"))) == ["on"]
    trigger = refused(lambda: S3Trigger(stack, "T", bucket=bucket, pipeline=pipeline, event_names="Object Created"))
    assert fields(trigger) == ["event_names"]


def test_an_image_repository_stands_for_its_repository(stack: cdk.Stack) -> None:
    images = ImageRepository(stack, "Images")
    assert JobImage.from_repository(images, tag="1.0").repository is images.repository
