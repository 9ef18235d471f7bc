"""Samples of job shapes: what snapshots, invariants and rule packs look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from support.fake_queues import IMAGE, plain_queue
from support.job_shapes import container, multi_container_job, multi_node_job, pod_queue

from batchwright import (
    BatchStep,
    ConsumableResource,
    ContainerOverride,
    Efa,
    FireLens,
    JobImage,
    JobSecret,
    LogDriver,
    Mount,
    NodeGroup,
    OtelCollector,
    Pipeline,
    Pod,
    PodContainer,
    RetryStrategy,
    ScratchVolume,
    SubmitOptions,
    TaskContainer,
)
from batchwright.model import Platform

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright import MultiContainerJob

_SECRET: Final = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf"
_SIDECAR: Final = TaskContainer(
    name="log", image=JobImage.from_registry(IMAGE), vcpus=1, memory=cdk.Size.gibibytes(1), essential=False
)
_ROUTED: Final = LogDriver(name="awsfirelens", options={"Name": "cloudwatch", "log_group_name": "/routed"})


def _containers_full(stack: cdk.Stack, platform: Platform) -> MultiContainerJob:
    secret = secretsmanager.Secret.from_secret_complete_arn(stack, "App", _SECRET)
    bucket = s3.Bucket.from_bucket_name(stack, "Configuration", "configuration")
    scratch = ScratchVolume()
    on_fargate = platform is Platform.FARGATE
    firelens = (
        FireLens(config_file="/extra.conf") if on_fargate else FireLens(config_bucket=bucket, config_key="x.conf")
    )
    return multi_container_job(
        stack,
        queue=plain_queue(platform, fair_share=True),
        containers=[
            container(name="router", firelens=firelens),
            container(name="setup", essential=False, command=["fetch", "Ref::maze"], mounts=[Mount(scratch, "/data")]),
            container(
                name="model",
                image=JobImage.from_registry("registry.example.com/team/model:1", credentials=secret),
                essential=False,
                depends_on={"setup": "SUCCESS"},
                mounts=[Mount(scratch, "/data", read_only=True)],
                stop_timeout=cdk.Duration.seconds(60),
                gpus=0 if on_fargate else 1,
                log_driver=_ROUTED,
            ),
            container(
                name="agent",
                secrets={"PASSWORD": JobSecret.from_secrets_manager(secret, field="password")},
                depends_on={"model": "START"},
                start_timeout=cdk.Duration.seconds(90),
                log_driver=_ROUTED,
            ),
        ],
        required_parameters=["maze"],
        ipc_mode=None if on_fargate else "task",
        pid_mode="task",
        ephemeral_storage=cdk.Size.gibibytes(100) if on_fargate else None,
        retries=RetryStrategy.never(),
        enable_execute_command=True,
        consumable_resources={ConsumableResource(stack, "Licenses", total_quantity=10): 1},
        scheduling_priority=10,
    )


def _containers_observed(stack: cdk.Stack) -> None:
    group = logs.LogGroup.from_log_group_name(stack, "Metrics", "/metrics")
    collector = OtelCollector(metrics_log_group=group, metrics_namespace="Maze")
    program = container(environment=collector.environment, depends_on=collector.started)
    collector.grant_send(multi_container_job(stack, containers=[collector.container(), program]))


def _containers_submitted(stack: cdk.Stack) -> None:
    job = _containers_full(stack, Platform.EC2)
    seed = ContainerOverride(container="agent", environment={"SEED": "$.seed"}, memory=cdk.Size.gibibytes(4))
    options = SubmitOptions(share_identifier="teamA", container="model", vcpus=2, overrides=[seed])
    steps = BatchStep(job, parameters={"maze": "$.maze"}, environment={"SIZE": "$.size"}, options=options)
    Pipeline(stack, "Run", steps=steps)


def _nodes_full(stack: cdk.Stack) -> None:
    licenses = ConsumableResource(stack, "Licenses", total_quantity=10)
    job = multi_node_job(
        stack,
        queue=plain_queue(Platform.EC2, instance_types=("c5n.18xlarge",), max_vcpus=4096, efa_interfaces=1),
        instance_type=ec2.InstanceType("c5n.18xlarge"),
        efa=Efa(shared_memory=cdk.Size.gibibytes(8)),
        main_node=1,
        groups=[
            NodeGroup(
                nodes=1,
                runs=[container(name="store", memory=cdk.Size.gibibytes(16)), _SIDECAR],
                ipc_mode="task",
                pid_mode="task",
            ),
            NodeGroup(
                nodes=8,
                runs=container(
                    vcpus=72,
                    memory=cdk.Size.gibibytes(170),
                    command=["mpi", "Ref::input"],
                    mounts=[Mount(ScratchVolume(), "/scratch")],
                ),
                consumable_resources={licenses: 1},
            ),
        ],
        required_parameters=["input"],
        timeout=cdk.Duration.hours(48),
        enable_execute_command=True,
    )
    options = SubmitOptions(nodes="$.nodes", node_group=1)
    steps = BatchStep(job, parameters={"input": "$.input"}, environment={"THREADS": "2"}, options=options)
    Pipeline(stack, "Run", steps=steps)


def _nodes_on_eks(stack: cdk.Stack) -> None:
    image = JobImage.from_registry("registry.example.com/team/train:1")
    worker = PodContainer(image=image, vcpus=8, memory=cdk.Size.gibibytes(32), gpus=1, args=["train"])
    pod = Pod(containers=[worker], service_account="training", namespace="training", annotations={"team": "imaging"})
    multi_node_job(
        stack,
        queue=pod_queue(),
        groups=[NodeGroup(nodes=1, runs=pod), NodeGroup(nodes=3, runs=worker)],
    )


SAMPLES: Final[dict[str, Callable[[cdk.Stack], object]]] = {
    "multi-container-minimal": multi_container_job,
    "multi-container-ec2-full": lambda stack: _containers_full(stack, Platform.EC2),
    "multi-container-fargate-full": lambda stack: _containers_full(stack, Platform.FARGATE),
    "multi-container-managed-instances-full": lambda stack: _containers_full(stack, Platform.MANAGED_INSTANCES),
    "multi-container-observed": _containers_observed,
    "multi-container-submitted": _containers_submitted,
    "multi-node-minimal": multi_node_job,
    "multi-node-full": _nodes_full,
    "multi-node-eks": _nodes_on_eks,
}
"""Each builds into an empty stack."""
