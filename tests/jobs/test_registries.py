"""Images of registries on the internet, in subnets with and without a way there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from support.annotations import warnings_of
from support.fake_queues import PlainQueue
from support.parts import vpc_of
from support.problems import fields, named, refused
from support.sample_parts.environment_kinds import unmanaged_of
from support.synthesis import new_stack

from batchwright import (
    Architecture,
    ContainerJob,
    Ec2Environment,
    Egress,
    EksJob,
    FargateEnvironment,
    JobImage,
    JobQueue,
    MultiContainerJob,
    MultiNodeJob,
    Network,
    NodeGroup,
    Platform,
    Pod,
    PodContainer,
    PullThroughCache,
    TaskContainer,
)
from batchwright.jobs.registries import REGISTRY_WARNING
from batchwright.model import Capacity

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs import Construct

PUBLIC = JobImage.from_registry("public.ecr.aws/docker/library/python:3.13-slim")
SIZE = {"vcpus": 1, "memory": cdk.Size.gibibytes(2)}
CUT = Capacity("EC2", Platform.EC2, 256, Architecture.X86_64, internet=False)
OPEN = Capacity("EC2", Platform.EC2, 256, Architecture.X86_64)


def container_job(scope: Construct, *capacities: Capacity, image: JobImage = PUBLIC) -> ContainerJob:
    return ContainerJob(scope, "Job", image=image, queue=PlainQueue(capacities), **SIZE)


def task(name: str) -> TaskContainer:
    return TaskContainer(name=name, image=PUBLIC, **SIZE)


def pod(name: str) -> PodContainer:
    return PodContainer(name=name, image=PUBLIC, **SIZE)


JOBS: dict[str, tuple[Callable[[Construct, PlainQueue], object], list[str]]] = {
    "several containers": (
        lambda scope, queue: MultiContainerJob(scope, "Job", containers=[task("a"), task("b")], queue=queue),
        ["containers[0].image", "containers[1].image"],
    ),
    "several nodes": (
        lambda scope, queue: MultiNodeJob(
            scope,
            "Job",
            groups=[NodeGroup(nodes=1, runs=task("a")), NodeGroup(nodes=1, runs=[task("a")])],
            queue=queue,
        ),
        ["groups[0].runs.image", "groups[1].runs[0].image"],
    ),
    "a pod": (
        lambda scope, queue: EksJob(
            scope, "Job", pod=Pod(containers=[pod("a")], init_containers=[pod("b")]), queue=on_eks(queue)
        ),
        ["pod.containers[0].image", "pod.init_containers[0].image"],
    ),
    "nodes of pods": (
        lambda scope, queue: MultiNodeJob(
            scope, "Job", groups=[NodeGroup(nodes=1, runs=pod("a"))], queue=on_eks(queue)
        ),
        ["groups[0].runs.containers[0].image"],
    ),
}


def on_eks(queue: PlainQueue) -> PlainQueue:
    ways = [each.internet for each in queue.capacities]
    capacities = [Capacity("EC2", Platform.EKS, 256, Architecture.X86_64, internet=way) for way in ways]
    return PlainQueue(tuple(capacities))


def test_an_image_out_of_reach_is_refused() -> None:
    error = refused(lambda: container_job(new_stack(), CUT, CUT))
    assert fields(error) == ["image"]
    assert "public.ecr.aws needs a way to the internet" in str(error)
    assert "NAT" in str(error)


@pytest.mark.parametrize(("build", "expected"), JOBS.values(), ids=JOBS)
def test_jobs_of_every_shape_name_the_image(
    build: Callable[[Construct, PlainQueue], object], expected: list[str]
) -> None:
    assert fields(refused(lambda: build(new_stack(), PlainQueue((CUT,))))) == expected
    stack = new_stack()
    build(stack, PlainQueue((OPEN,)))
    assert not warnings_of(stack)


@pytest.mark.parametrize(("build", "expected"), JOBS.values(), ids=JOBS)
def test_environments_that_cannot_pull_it_beside_others_are_warned_of(
    build: Callable[[Construct, PlainQueue], object], expected: list[str]
) -> None:
    stack = new_stack()
    build(stack, PlainQueue((OPEN, CUT)))
    found = warnings_of(stack)
    assert len(found) == len(expected)
    for field, warning in zip(expected, found, strict=True):
        assert field in warning
        assert "environment 2" in warning
        assert REGISTRY_WARNING in warning


def test_images_of_ecr_and_of_registries_that_may_be_anywhere_are_accepted() -> None:
    stack = new_stack()
    cache = PullThroughCache(stack, "Cache", upstream="quay.io", prefix="quay")
    name = cdk.CfnParameter(stack, "Name").value_as_string
    for number, image in enumerate(
        [
            JobImage.from_registry("123456789012.dkr.ecr.us-east-1.amazonaws.com/tool:1"),
            JobImage.from_registry("registry.example.com/tool:1"),
            JobImage.from_registry("cache:5000/tool:1"),
            JobImage.from_registry("CACHE/tool:1"),
            JobImage.from_registry(name),
            JobImage.from_registry(f"{name}/tool:1"),
            cache.image("team/tool:1"),
        ]
    ):
        container_job(cdk.Stack(stack, f"Nested{number}"), CUT, image=image)


class TestEnvironments:
    """What environments say of their way to the internet."""

    @pytest.mark.parametrize(
        ("egress", "hosted", "fargate"),
        [(Egress.ENDPOINTS, False, False), (Egress.NAT, True, True), (Egress.PUBLIC, None, True)],
    )
    def test_a_network_made_here_tells(self, egress: Egress, hosted: bool | None, fargate: bool) -> None:
        stack = new_stack()
        network = Network(stack, "Network", egress=egress)
        placed = {"vpc": network.vpc}
        assert Ec2Environment(stack, "Ec2", **placed).capacity.internet is hosted
        assert FargateEnvironment(stack, "Fargate", **placed).capacity.internet is fargate
        chosen = {**placed, "subnets": network.subnets}
        assert Ec2Environment(stack, "ChosenEc2", **chosen).capacity.internet is hosted
        assert FargateEnvironment(stack, "ChosenFargate", **chosen).capacity.internet is fargate

    def test_subnets_of_both_kinds_leave_it_open(self) -> None:
        stack = new_stack()
        kinds = {"Routed": ec2.SubnetType.PRIVATE_WITH_EGRESS, "Cut": ec2.SubnetType.PRIVATE_ISOLATED}
        configuration = [ec2.SubnetConfiguration(name=name, subnet_type=kind) for name, kind in kinds.items()]
        public = ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC)
        vpc = ec2.Vpc(stack, "Vpc", subnet_configuration=[*configuration, public])
        both = ec2.SubnetSelection(subnets=[*vpc.private_subnets, *vpc.isolated_subnets])
        assert Ec2Environment(stack, "Both", vpc=vpc, subnets=both).capacity.internet is None
        for name, internet in {"Routed": True, "Cut": False}.items():
            subnets = ec2.SubnetSelection(subnet_group_name=name)
            assert Ec2Environment(stack, name, vpc=vpc, subnets=subnets).capacity.internet is internet

    def test_an_imported_vpc_leaves_it_open(self) -> None:
        stack = new_stack()
        assert Ec2Environment(stack, "Ec2", vpc=vpc_of(stack)).capacity.internet is None
        isolated = ec2.Vpc.from_vpc_attributes(
            stack,
            "Isolated",
            vpc_id="vpc-1",
            availability_zones=["us-east-1a"],
            isolated_subnet_ids=["subnet-1"],
        )
        assert unmanaged_of(stack, vpc=isolated).capacity.internet is None
        assert FargateEnvironment(stack, "Fargate", vpc=isolated).capacity.internet is None

    def test_a_job_is_checked_against_them(self) -> None:
        stack = new_stack()
        vpc = Network(stack, "Network").vpc
        queue = JobQueue(stack, "Queue", environments=[FargateEnvironment(stack, "Fargate", vpc=vpc)])
        assert named(lambda: ContainerJob(stack, "Job", image=PUBLIC, queue=queue, **SIZE)) == {"image"}
