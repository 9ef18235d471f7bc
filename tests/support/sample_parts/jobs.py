"""Samples of jobs: what snapshots, invariants and rule packs look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm
from support.fake_queues import plain_job, plain_queue

from batchwright import (
    ConsumableResource,
    ContainerSecurity,
    Device,
    EfsVolume,
    HostVolume,
    JobImage,
    JobSecret,
    LinuxParameters,
    LogDriver,
    Mount,
    OperatingSystem,
    PullThroughCache,
    RetryRule,
    RetryStrategy,
    S3FilesVolume,
    ScratchVolume,
    Tmpfs,
    Ulimit,
)
from batchwright.model import Platform

if TYPE_CHECKING:
    from collections.abc import Callable

_FILES: Final = "arn:aws:s3files:us-east-1:123456789012:file-system/fs-0123456789abcdef0"
_SECRET: Final = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf"


def _secret(stack: cdk.Stack) -> secretsmanager.ISecret:
    return secretsmanager.Secret.from_secret_complete_arn(stack, "App", _SECRET)


def _files(stack: cdk.Stack) -> efs.IFileSystem:
    group = ec2.SecurityGroup.from_security_group_id(stack, "FilesGroup", "sg-00000001")
    return efs.FileSystem.from_file_system_attributes(
        stack, "Files", file_system_id="fs-00000001", security_group=group
    )


def _full(stack: cdk.Stack, platform: Platform) -> None:
    """All that hosts have."""
    secret = _secret(stack)
    licenses = ConsumableResource(stack, "Licenses", total_quantity=10)
    parameter = ssm.StringParameter.from_string_parameter_name(stack, "Token", "/app/token")
    plain_job(
        stack,
        platform,
        image=JobImage.from_registry("registry.example.com/team/app:1", credentials=secret),
        command=["--input", "Ref::input"],
        required_parameters=["input"],
        secrets={
            "PASSWORD": JobSecret.from_secrets_manager(secret, field="password"),
            "TOKEN": JobSecret.from_ssm_parameter(parameter),
        },
        mounts=[
            Mount(ScratchVolume(), "/scratch"),
            Mount(HostVolume("/fsx"), "/reference", read_only=True),
            Mount(EfsVolume(file_system=_files(stack), root_directory="/team"), "/team"),
            Mount(S3FilesVolume(file_system_arn=_FILES), "/bucket", read_only=True),
        ],
        linux=LinuxParameters(
            shared_memory=cdk.Size.mebibytes(512),
            tmpfs=[Tmpfs(path="/fast", size=cdk.Size.mebibytes(64))],
            max_swap=cdk.Size.gibibytes(4),
            swappiness=10,
            devices=[Device(host_path="/dev/fuse")],
            init_process=True,
            ulimits=[Ulimit(name="nofile", soft=65_536)],
        ),
        security=ContainerSecurity(user="1000:1000", read_only_root=True),
        retries=RetryStrategy.interruptions(attempts=5, out_of_memory=True),
        permissions_boundary=iam.ManagedPolicy.from_managed_policy_name(stack, "Boundary", "boundary"),
        log_driver=LogDriver(options={"mode": "non-blocking"}),
        enable_execute_command=True,
        consumable_resources={licenses: 1},
        queue=plain_queue(platform, fair_share=True),
        scheduling_priority=10,
    )


def _hosted_variants(stack: cdk.Stack, platform: Platform) -> None:
    """What excludes something of `_full`."""
    access_point = efs.AccessPoint.from_access_point_id(stack, "Entry", "fsap-00000001")
    driver = LogDriver(
        name="splunk",
        options={"splunk-url": "https://splunk.example.com"},
        secret_options={"splunk-token": JobSecret.from_secrets_manager(_secret(stack), field="splunk")},
    )
    plain_job(
        stack,
        platform,
        mounts=[
            Mount(EfsVolume(file_system=_files(stack), access_point=access_point), "/team"),
            Mount(
                S3FilesVolume(file_system_arn=_FILES, access_point_arn=f"{_FILES}/access-point/fsap-0123456789abcdef0"),
                "/bucket",
            ),
            Mount(S3FilesVolume(file_system_arn=_FILES, root_directory="/team"), "/folder"),
        ],
        linux=LinuxParameters(
            tmpfs=[Tmpfs(path="/fast", size=cdk.Size.mebibytes(64), options=["noexec"])],
            devices=[Device(host_path="/dev/fuse", permissions=["READ"])],
        ),
        security=ContainerSecurity(privileged=True),
        retries=RetryStrategy(attempts=2, rules=(RetryRule(action="RETRY", on_exit_code="75"),)),
        log_driver=driver,
    )


def _fargate_full(stack: cdk.Stack) -> None:
    secret = _secret(stack)
    driver = LogDriver(
        name="splunk",
        options={"splunk-url": "https://splunk.example.com"},
        secret_options={
            "splunk-token": JobSecret.from_secrets_manager(secret, field="splunk", version_stage="AWSCURRENT")
        },
    )
    plain_job(
        stack,
        Platform.FARGATE,
        image=JobImage.from_registry("registry.example.com/team/app:1", architecture=None, credentials=secret),
        mounts=[
            Mount(ScratchVolume(), "/scratch"),
            Mount(EfsVolume(file_system=_files(stack)), "/data", read_only=True),
        ],
        linux=LinuxParameters(init_process=True),
        ephemeral_storage=cdk.Size.gibibytes(100),
        log_driver=driver,
        enable_execute_command=True,
    )


def _windows(stack: cdk.Stack) -> None:
    image = JobImage.from_registry(
        "mcr.microsoft.com/windows/servercore:ltsc2022", operating_system=OperatingSystem.WINDOWS_SERVER_2022_CORE
    )
    plain_job(stack, Platform.FARGATE, image=image)


def _cache_minimal(stack: cdk.Stack) -> None:
    cache = PullThroughCache(stack, "Cache", upstream="public.ecr.aws", prefix="public")
    plain_job(stack, Platform.FARGATE, image=cache.image("docker/library/python:3.13-slim"))


def _cache_full(stack: cdk.Stack) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf"
    login = secretsmanager.Secret.from_secret_complete_arn(stack, "Login", arn)
    cache = PullThroughCache(stack, "Cache", upstream="registry-1.docker.io", prefix="hub", credentials=login)
    plain_job(stack, Platform.EC2, image=cache.image("library/python:3.13-slim", architecture=None))


def _consumable_full(stack: cdk.Stack) -> None:
    budget = ConsumableResource(stack, "Budget", total_quantity=0, replenishable=False)
    budget.grant_update(iam.Role(stack, "Buyer", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))


SAMPLES: Final[dict[str, Callable[[cdk.Stack], object]]] = {
    "job-ec2-surroundings-full": lambda stack: _full(stack, Platform.EC2),
    "job-ec2-variants": lambda stack: _hosted_variants(stack, Platform.EC2),
    "job-managed-instances-variants": lambda stack: _hosted_variants(stack, Platform.MANAGED_INSTANCES),
    "job-fargate-surroundings-full": _fargate_full,
    "job-fargate-windows": _windows,
    "job-managed-instances-minimal": lambda stack: plain_job(stack, Platform.MANAGED_INSTANCES),
    "job-managed-instances-full": lambda stack: _full(stack, Platform.MANAGED_INSTANCES),
    "pull-through-cache-minimal": _cache_minimal,
    "pull-through-cache-full": _cache_full,
    "consumable-resource-minimal": lambda stack: ConsumableResource(stack, "Licenses", total_quantity=10),
    "consumable-resource-full": _consumable_full,
}
"""Each builds into an empty stack."""
