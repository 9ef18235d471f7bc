"""Small constructs that tests build others on, without a VPC of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Size
from aws_cdk import aws_ec2 as ec2

from batchwright import (
    Architecture,
    ContainerJob,
    Ec2Environment,
    FargateEnvironment,
    JobImage,
    JobQueue,
    SpotEnvironment,
)

if TYPE_CHECKING:
    from constructs import Construct

KINDS = ("EC2", "SPOT", "FARGATE", "FARGATE_SPOT")
HOSTED = ("EC2", "SPOT")
SERVERLESS = ("FARGATE", "FARGATE_SPOT")
IMAGE_NAME = "public.ecr.aws/docker/library/python:3.13-slim"


def vpc_of(scope: Construct, *, public: bool = False, subnets: int = 2, construct_id: str = "Vpc") -> ec2.IVpc:
    """Import a VPC, so that a template holds nothing but what is under test."""
    ids = [f"subnet-{number:08x}" for number in range(1, subnets + 1)]
    zones = [f"us-east-1{chr(ord('a') + number)}" for number in range(subnets)]
    return ec2.Vpc.from_vpc_attributes(
        scope,
        construct_id,
        vpc_id="vpc-00000001",
        availability_zones=zones,
        public_subnet_ids=ids if public else None,
        private_subnet_ids=None if public else ids,
    )


def environment_of(
    scope: Construct,
    kind: str,
    construct_id: str = "Environment",
    **options: Any,  # noqa: ANN401
) -> Ec2Environment | SpotEnvironment | FargateEnvironment:
    """Build an environment of a kind."""
    options.setdefault("vpc", scope.node.try_find_child("Vpc") or vpc_of(scope))
    if kind == "EC2":
        return Ec2Environment(scope, construct_id, **options)
    if kind == "SPOT":
        return SpotEnvironment(scope, construct_id, **options)
    return FargateEnvironment(scope, construct_id, spot=kind == "FARGATE_SPOT", **options)


def queue_of(scope: Construct, kind: str, **options: Any) -> JobQueue:  # noqa: ANN401
    """Build a queue over one environment of a kind."""
    return JobQueue(scope, "Queue", environments=[environment_of(scope, kind, **options)])


def image_of(architecture: Architecture = Architecture.X86_64) -> JobImage:
    """Name a public image."""
    return JobImage.from_registry(IMAGE_NAME, architecture=architecture)


def job_of(scope: Construct, kind: str, construct_id: str = "Job", **options: Any) -> ContainerJob:  # noqa: ANN401
    """Build a job of 1 vCPU and 2 GiB on a queue of a kind."""
    options.setdefault("image", image_of())
    options.setdefault("vcpus", 1)
    options.setdefault("memory", Size.gibibytes(2))
    if "queue" not in options:
        options["queue"] = queue_of(scope, kind)
    return ContainerJob(scope, construct_id, **options)
