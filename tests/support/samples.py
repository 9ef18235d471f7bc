"""One small stack a construct, minimal and full: what snapshots, invariants and rule packs look at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from support.parts import KINDS, environment_of, image_of, job_of, queue_of, vpc_of
from support.sample_parts import eks, environment_kinds, environments, hosts, job_shapes, jobs, queues

from batchwright import (
    Architecture,
    ArrayStep,
    BatchPlatform,
    BatchStep,
    Egress,
    Fargate,
    HostLaunchTemplate,
    HostOptions,
    ImageRepository,
    Instances,
    JobImage,
    JobQueue,
    JobStateNotifier,
    LambdaStep,
    Network,
    NotificationTopic,
    Pipeline,
    RetryStrategy,
    RootVolume,
    S3Trigger,
    ShippedFunction,
    TimeLimits,
)

if TYPE_CHECKING:
    from constructs import Construct

Sample = Callable[[cdk.Stack], object]


def _network(stack: cdk.Stack, egress: Egress) -> None:
    Network(stack, "Network", egress=egress)


def _environment_full(stack: cdk.Stack, kind: str) -> None:
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")
    options: dict[str, Any] = {}
    if "FARGATE" not in kind:
        options["min_vcpus"] = 4
        options["instances"] = Instances.of("c7g", "m7g.4xlarge")
        role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/hosts")
        options["hosts"] = HostOptions(role=role, launch_template=_launch_template_full(stack))
    environment_of(stack, kind, max_vcpus=1024, security_groups=[group], enabled=False, **options)


def _launch_template_full(stack: cdk.Stack) -> HostLaunchTemplate:
    return HostLaunchTemplate(
        stack,
        "Hosts",
        root_volume=RootVolume(gibibytes=500, iops=6000, throughput_mibps=1000),
        metadata_hop_limit=2,
        agent_settings={"ECS_RESERVED_MEMORY": "256"},
    )


def _queue_full(stack: cdk.Stack) -> None:
    environments = [environment_of(stack, kind, construct_id=kind.title()) for kind in ("SPOT", "EC2")]
    JobQueue(
        stack,
        "Queue",
        environments=environments,
        priority=10,
        time_limits=TimeLimits(capacity_seconds=3_600, misconfiguration_seconds=1_800),
        enabled=False,
    )


def _job_full(stack: cdk.Stack, kind: str) -> None:
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "images")
    job = job_of(
        stack,
        kind,
        image=image_of(Architecture.X86_64),
        vcpus=2,
        memory=cdk.Size.gibibytes(8),
        command=["--list", "Ref::list"],
        parameters={"list": "0"},
        environment={"TABLE": "vectors"},
        retries=RetryStrategy.interruptions(attempts=5),
        timeout=cdk.Duration.hours(2),
        log_retention=logs.RetentionDays.ONE_WEEK,
        scheduling_priority=100,
    )
    bucket.grant_read(job)


def _repository_full(stack: cdk.Stack) -> None:
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:us-east-1:123456789012:key/1")
    images = ImageRepository(
        stack, "Images", keep_images=5, encryption_key=key, removal_policy=cdk.RemovalPolicy.DESTROY
    )
    job_of(stack, "FARGATE", image=JobImage.from_repository(images.repository, tag="1"))


def _function_full(stack: cdk.Stack) -> None:
    function = ShippedFunction(
        stack,
        "Function",
        name="split_manifest",
        environment={"BUCKET": "images", "IMAGES_PER_JOB": "10"},
        timeout_minutes=15,
        memory_mib=1024,
        log_retention=logs.RetentionDays.ONE_WEEK,
    )
    s3.Bucket.from_bucket_name(stack, "Bucket", "images").grant_read(function)


def _pipeline(stack: cdk.Stack) -> Pipeline:
    return Pipeline(stack, "Pipeline", steps=BatchStep(job_of(stack, "FARGATE")))


def _pipeline_full(stack: cdk.Stack) -> None:
    job = job_of(stack, "FARGATE")
    function = ShippedFunction(stack, "Split", name="split_manifest")
    steps = LambdaStep(function.function, name="SplitImages") >> ArrayStep(job, name="Embed", size="$.size")
    topic = NotificationTopic(stack, "Topic")
    Pipeline(stack, "Pipeline", steps=steps).notify(topic.topic)


def _trigger(stack: cdk.Stack) -> None:
    bucket = s3.Bucket(
        stack, "Bucket", encryption=s3.BucketEncryption.S3_MANAGED, enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    )  # fmt: skip
    S3Trigger(stack, "Trigger", bucket=bucket, pipeline=_pipeline(stack), prefix="requests/", suffix=".json")


def _notifier_full(stack: cdk.Stack) -> None:
    JobStateNotifier(
        stack,
        "Notifier",
        queues=[queue_of(stack, "FARGATE")],
        states=["FAILED", "SUCCEEDED"],
        topic=sns.Topic.from_topic_arn(stack, "Topic", "arn:aws:sns:us-east-1:123456789012:jobs"),
        include_array_children=True,
    )


SAMPLES: Final[dict[str, Sample]] = {
    **{f"network-{egress}": partial(_network, egress=egress) for egress in Egress},
    **{f"environment-{kind.lower().replace('_', '-')}-minimal": partial(environment_of, kind=kind) for kind in KINDS},
    **{f"environment-{kind.lower()}-full": partial(_environment_full, kind=kind) for kind in KINDS[:3]},
    "environment-ec2-gpu": lambda stack: environment_of(stack, "EC2", instances=Instances.of("g6", "c7i")),
    "queue-minimal": lambda stack: queue_of(stack, "FARGATE"),
    "queue-full": _queue_full,
    "job-ec2-minimal": lambda stack: job_of(stack, "EC2"),
    "job-fargate-minimal": lambda stack: job_of(stack, "FARGATE"),
    "job-ec2-full": lambda stack: _job_full(stack, "EC2"),
    "job-fargate-full": lambda stack: _job_full(stack, "FARGATE"),
    "repository-minimal": lambda stack: ImageRepository(stack, "Images"),
    "repository-full": _repository_full,
    "function-minimal": lambda stack: ShippedFunction(stack, "Function", name="summarize_run"),
    "function-full": _function_full,
    "platform-minimal": lambda stack: BatchPlatform(stack, "Platform", vpc=vpc_of(stack)),
    "platform-full": lambda stack: BatchPlatform(
        stack,
        "Platform",
        vpc=vpc_of(stack),
        capacity=[Fargate(spot=True), Fargate(max_vcpus=16)],
        topic=sns.Topic.from_topic_arn(stack, "Topic", "arn:aws:sns:us-east-1:123456789012:jobs"),
    ),
    "pipeline-minimal": _pipeline,
    "pipeline-full": _pipeline_full,
    "trigger": _trigger,
    "notifier-minimal": lambda stack: JobStateNotifier(stack, "Notifier"),
    "notifier-full": _notifier_full,
    **environments.SAMPLES,
    **environment_kinds.SAMPLES,
    **hosts.SAMPLES,
    **queues.SAMPLES,
    **jobs.SAMPLES,
    **job_shapes.SAMPLES,
    **eks.SAMPLES,
}
"""Each builds into an empty stack."""


def build_sample(app: Construct, name: str) -> cdk.Stack:
    """Build a sample into a stack named after it: `queue-full` -> `QueueFull`."""
    stack = cdk.Stack(app, "".join(part.title() for part in name.split("-")))
    SAMPLES[name](stack)
    return stack
