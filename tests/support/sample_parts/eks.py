"""Samples of eks: what snapshots, invariants and rule packs look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from support.eks_parts import EksQueue, eks_job, pod_container
from support.parts import job_of

from batchwright import JobImage, RetryStrategy
from batchwright.jobs.eks.pod import Pod
from batchwright.jobs.eks.security import SecurityContext
from batchwright.jobs.eks.volumes import PodVolume
from batchwright.jobs.revision_janitor import RevisionJanitor

if TYPE_CHECKING:
    from collections.abc import Callable


def full_pod(image: JobImage) -> Pod:
    """Make a pod with everything that a pod can have."""
    scratch = PodVolume.empty_dir("scratch", size=cdk.Size.gibibytes(20))
    shared = PodVolume.empty_dir("shm", size=cdk.Size.gibibytes(1), in_memory=True)
    reads = [PodVolume.host_path("nvme", "/mnt/nvme").mount("/nvme", sub_path="cache")]
    secret = PodVolume.secret("token", secret_name="hub-token", optional=True)
    claim = PodVolume.claim("models", claim_name="models", read_only=True)
    main = pod_container(
        image=image,
        vcpus=2.25,
        vcpus_limit=4,
        memory=cdk.Size.gibibytes(8),
        gpus=1,
        command=["python", "main.py"],
        args=["--list", "Ref::list"],
        environment={"TABLE": "vectors"},
        mounts=[
            scratch.mount("/scratch"),
            shared.mount("/dev/shm"),
            *reads,
            secret.mount("/secrets", read_only=True),
            claim.mount("/models", read_only=True),
        ],
        security=SecurityContext(
            user=1000,
            group=1000,
            non_root=True,
            privileged=False,
            read_only_root=True,
            allow_privilege_escalation=False,
        ),
        image_pull_policy="IfNotPresent",
    )
    return Pod(
        containers=[main, pod_container(name="sidecar", vcpus=0.25, memory=cdk.Size.mebibytes(256))],
        init_containers=[pod_container(name="fetch", image=image, mounts=[scratch.mount("/scratch")])],
        service_account="embed",
        namespace="batch",
        labels={"team": "imaging", "example.com/cost-center": "42"},
        annotations={"example.com/owner": "imaging@example.com"},
        host_network=False,
        dns_policy="ClusterFirst",
        image_pull_secrets=["registry-login"],
        share_process_namespace=True,
    )


def _job_full(stack: cdk.Stack) -> None:
    repository = ecr.Repository.from_repository_name(stack, "Images", "embed")
    job = eks_job(
        stack,
        pod=full_pod(JobImage.from_repository(repository, tag="1.0")),
        queue=EksQueue(fair_share=True),
        parameters={"list": "0"},
        retries=RetryStrategy.interruptions(attempts=5),
        timeout=cdk.Duration.hours(2),
        scheduling_priority=100,
    )
    job.grant_submit(iam.User.from_user_name(stack, "Scientist", "scientist"))


def _janitor_full(stack: cdk.Stack) -> None:
    jobs = [job_of(stack, "FARGATE"), eks_job(stack, "Pod")]
    RevisionJanitor(
        stack,
        "Janitor",
        jobs=jobs,
        queues=[jobs[0].queue],
        keep=3,
        keep_for=cdk.Duration.days(2),
        pinned=["arn:aws:batch:us-east-1:123456789012:job-definition/embed:7"],
        every=cdk.Duration.hours(6),
        dry_run=True,
    )


SAMPLES: Final[dict[str, Callable[[cdk.Stack], object]]] = {
    "job-eks-minimal": eks_job,
    "job-eks-full": _job_full,
    "revision-janitor-minimal": lambda stack: RevisionJanitor(stack, "Janitor", jobs=[job_of(stack, "FARGATE")]),
    "revision-janitor-full": _janitor_full,
}
"""Each builds into an empty stack."""
