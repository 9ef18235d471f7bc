"""Queues, environments and jobs in several stacks: of one place they work together, of others they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from constructs import Construct
from support.eks_parts import EksQueue, eks_job
from support.fake_queues import IMAGE
from support.job_shapes import multi_container_job, multi_node_job
from support.parts import vpc_of
from support.problems import fields, refused
from support.synthesis import synthesize

from batchwright import (
    BatchPlatform,
    ContainerJob,
    Ec2Environment,
    JobImage,
    JobQueue,
    ServiceEnvironment,
    TrainingQueue,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.contracts import Queue

HERE = cdk.Environment(account="111111111111", region="us-east-1")
ELSEWHERE = {
    "Region": cdk.Environment(account="111111111111", region="eu-west-1"),
    "account": cdk.Environment(account="222222222222", region="us-east-1"),
}
JOBS: dict[str, Callable[[Construct, Queue], object]] = {
    "one container": lambda scope, queue: ContainerJob(
        scope, "Job", image=JobImage.from_registry(IMAGE), queue=queue, vcpus=1, memory=cdk.Size.gibibytes(2)
    ),
    "several containers": lambda scope, queue: multi_container_job(scope, queue=queue),
    "nodes": lambda scope, queue: multi_node_job(scope, queue=queue),
}


@pytest.fixture
def app() -> cdk.App:
    return cdk.App(analytics_reporting=False)


@pytest.fixture
def here(app: cdk.App) -> cdk.Stack:
    return cdk.Stack(app, "Here", env=HERE)


@pytest.fixture
def queue(here: cdk.Stack) -> JobQueue:
    # In a construct of somebody's own, as in most applications.
    return JobQueue(Construct(here, "Own"), "Queue", environments=[Ec2Environment(here, "Hosts", vpc=vpc_of(here))])


@pytest.mark.parametrize("what", ELSEWHERE)
@pytest.mark.parametrize("kind", JOBS)
def test_a_queue_elsewhere_is_refused(app: cdk.App, queue: JobQueue, kind: str, what: str) -> None:
    elsewhere = cdk.Stack(app, "Elsewhere", env=ELSEWHERE[what])
    error = refused(lambda: JOBS[kind](elsewhere, queue))
    assert fields(error) == ["queue"]
    assert f"one in this {what}" in str(error)


def test_a_queue_of_pods_elsewhere_is_refused(app: cdk.App, queue: JobQueue) -> None:
    class Pods(EksQueue):
        _batchwright_scope = queue

    elsewhere = cdk.Stack(app, "Elsewhere", env=ELSEWHERE["Region"])
    assert fields(refused(lambda: eks_job(elsewhere, queue=Pods()))) == ["queue"]


@pytest.mark.parametrize("what", ELSEWHERE)
def test_environments_elsewhere_are_refused(app: cdk.App, here: cdk.Stack, what: str) -> None:
    elsewhere = cdk.Stack(app, "Elsewhere", env=ELSEWHERE[what])
    hosts = Ec2Environment(here, "Hosts", vpc=vpc_of(here))
    assert fields(refused(lambda: JobQueue(elsewhere, "Queue", environments=[hosts]))) == ["environments[0]"]
    instances = ServiceEnvironment(here, "Instances", instances=4)
    assert fields(refused(lambda: TrainingQueue(elsewhere, "Training", environment=instances))) == ["environment"]


def test_the_queue_of_a_platform_elsewhere_is_refused(app: cdk.App, here: cdk.Stack) -> None:
    platform = BatchPlatform(here, "Batch", vpc=vpc_of(here))
    elsewhere = cdk.Stack(app, "Elsewhere", env=ELSEWHERE["Region"])
    assert fields(refused(lambda: JOBS["one container"](elsewhere, platform.queue))) == ["queue"]


@pytest.mark.parametrize("env", [HERE, None, cdk.Environment(region="us-east-1")], ids=["same", "open", "open account"])
def test_other_stacks_that_may_be_in_the_same_place_are_accepted(
    app: cdk.App, queue: JobQueue, env: cdk.Environment | None
) -> None:
    assert JOBS["one container"](cdk.Stack(app, "There", env=env), queue)


def test_stacks_of_one_place_hand_the_arn_over(app: cdk.App, queue: JobQueue) -> None:
    there = cdk.Stack(app, "There", env=HERE)
    JOBS["one container"](there, queue)
    assert synthesize(there)
