"""Queues that are nothing but what they promise, for jobs on every platform without an environment to make."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Size

from batchwright.images.job_image import JobImage
from batchwright.jobs.container_job import ContainerJob
from batchwright.model import Architecture, Capacity, Platform

if TYPE_CHECKING:
    from constructs import Construct

_ARN: Final = "arn:aws:batch:us-east-1:123456789012:job-queue/queue"
IMAGE: Final = "public.ecr.aws/docker/library/python:3.13-slim"
PLATFORMS: Final = (Platform.EC2, Platform.FARGATE, Platform.MANAGED_INSTANCES)


@dataclass
class PlainQueue:
    """A queue over capacities that are said to exist."""

    capacities: tuple[Capacity, ...]
    fair_share: bool = False
    job_queue_arn: str = field(default=_ARN)

    @property
    def platform(self) -> Platform:
        return self.capacities[0].platform

    @property
    def architecture(self) -> Architecture | None:
        return self.capacities[0].architecture


_CAPACITIES: Final = {
    Platform.EC2: Capacity("EC2", Platform.EC2, 256, Architecture.X86_64),
    Platform.FARGATE: Capacity("FARGATE", Platform.FARGATE, 256),
    Platform.MANAGED_INSTANCES: Capacity("ECS_MANAGED_INSTANCES", Platform.MANAGED_INSTANCES, 256, Architecture.X86_64),
}


def plain_queue(platform: Platform, *, fair_share: bool = False, **capacity: Any) -> PlainQueue:  # noqa: ANN401
    """A queue over one environment of a platform."""
    return PlainQueue((replace(_CAPACITIES[platform], **capacity),), fair_share=fair_share)


def plain_job(scope: Construct, platform: Platform, construct_id: str = "Job", **options: Any) -> ContainerJob:  # noqa: ANN401
    """A job of 1 vCPU and 2 GiB on a queue of a platform."""
    options.setdefault("queue", plain_queue(platform))
    options.setdefault("image", JobImage.from_registry(IMAGE))
    options.setdefault("vcpus", 1)
    options.setdefault("memory", Size.gibibytes(2))
    return ContainerJob(scope, construct_id, **options)
