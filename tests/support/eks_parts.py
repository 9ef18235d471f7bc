"""Small parts of jobs on Amazon EKS, on a queue that is only imagined."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aws_cdk import Size
from support.parts import image_of

from batchwright.jobs.eks.container import PodContainer
from batchwright.jobs.eks.job import EksJob
from batchwright.model import Architecture, Capacity, Platform

if TYPE_CHECKING:
    from constructs import Construct


@dataclass(frozen=True)
class EksQueue:
    """A queue over one EKS environment, as it looks from a job."""

    job_queue_arn: str = "arn:aws:batch:us-east-1:123456789012:job-queue/eks"
    capacities: tuple[Capacity, ...] = field(
        default_factory=lambda: (
            Capacity(
                "EC2",
                Platform.EKS,
                256,
                architecture=Architecture.X86_64,
                instance_types=("m7i.4xlarge", "g6.2xlarge"),
                namespace="batch",
            ),
        )
    )
    platform: Platform = Platform.EKS
    architecture: Architecture | None = Architecture.X86_64
    fair_share: bool = False


def pod_container(**options: Any) -> PodContainer:  # noqa: ANN401
    """Make a container of 1 CPU and 2 GiB."""
    return PodContainer(**{"image": image_of(), "vcpus": 1, "memory": Size.gibibytes(2), **options})


def eks_job(scope: Construct, construct_id: str = "Job", **options: Any) -> EksJob:  # noqa: ANN401
    """Make a job of such a container."""
    return EksJob(scope, construct_id, **{"pod": pod_container(), "queue": EksQueue(), **options})
