"""Jobs of several containers and of several nodes that tests build others on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Size
from support.fake_queues import IMAGE, PlainQueue, plain_queue

from batchwright import JobImage, MultiContainerJob, MultiNodeJob, NodeGroup, TaskContainer
from batchwright.model import Architecture, Capacity, Platform

if TYPE_CHECKING:
    from constructs import Construct


def container(**options: Any) -> TaskContainer:  # noqa: ANN401
    """A container of 1 vCPU and 2 GiB."""
    given: dict[str, Any] = {"image": JobImage.from_registry(IMAGE), "vcpus": 1, "memory": Size.gibibytes(2)}
    return TaskContainer(**(given | options))


def multi_container_job(scope: Construct, construct_id: str = "Job", **options: Any) -> MultiContainerJob:  # noqa: ANN401
    """A server and its client, on EC2 unless a queue is given."""
    options.setdefault("queue", plain_queue(Platform.EC2))
    pair = [container(name="model"), container(name="agent", depends_on={"model": "START"})]
    options.setdefault("containers", pair)
    return MultiContainerJob(scope, construct_id, **options)


def multi_node_job(scope: Construct, construct_id: str = "Job", **options: Any) -> MultiNodeJob:  # noqa: ANN401
    """Two nodes of one container, on EC2 unless a queue is given."""
    options.setdefault("queue", plain_queue(Platform.EC2))
    options.setdefault("groups", [NodeGroup(nodes=2, runs=container())])
    return MultiNodeJob(scope, construct_id, **options)


def pod_queue(**capacity: Any) -> PlainQueue:  # noqa: ANN401
    """A queue over On-Demand nodes of an EKS cluster."""
    given: dict[str, Any] = {"max_vcpus": 4096, "architecture": Architecture.X86_64, "namespace": "jobs"}
    return PlainQueue((Capacity("EC2", Platform.EKS, **(given | capacity)),))
