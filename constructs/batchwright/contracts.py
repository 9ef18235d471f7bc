"""The architecture on one page: what the parts promise each other. Protocols and values only, no resources.

    Network ──► environments (Ec2Environment, SpotEnvironment, FargateEnvironment, ...) ─ offer ─► Capacity
                      │ one to three, in order
                      ▼
                  JobQueue ◄──────────── jobs (ContainerJob, MultiNodeJob, EksJob, ...) ─ ask for ─► Requirements
                      │                       ▲ run JobImages
                      ▼                       │
               JobStateNotifier          Pipeline of Steps (BatchStep, ArrayStep, LambdaStep, Parallel, Choice)
                      │                       │
                      └──────► SNS topic ◄────┘

A construct takes these protocols, so that anything that keeps the promise can stand in for ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_iam as iam

    from batchwright.model import Architecture, Capacity, Platform, Requirements
    from batchwright.model.job_shapes import JobShape


@runtime_checkable
class ComputeEnvironment(Protocol):
    """Something a queue can place jobs on."""

    @property
    def compute_environment_arn(self) -> str:
        """ARN of the environment."""

    @property
    def capacity(self) -> Capacity:
        """What it offers, for the checks against queues and jobs."""


@runtime_checkable
class ServiceEnvironment(Protocol):
    """Something a `TrainingQueue` can place SageMaker training jobs on."""

    @property
    def service_environment_arn(self) -> str:
        """ARN of the environment."""

    @property
    def capacity_limits(self) -> Mapping[str, int]:
        """The most instances by unit: `NUM_INSTANCES`, or each instance type, which quota shares need."""


@runtime_checkable
class Queue(Protocol):
    """Something a job can be submitted to."""

    @property
    def job_queue_arn(self) -> str:
        """ARN of the queue."""

    @property
    def capacities(self) -> tuple[Capacity, ...]:
        """What its environments offer, in their order."""

    @property
    def platform(self) -> Platform:
        """What its jobs run on; all environments of a queue share it."""

    @property
    def architecture(self) -> Architecture | None:
        """The architecture that its environments share; None on Fargate, where each job chooses."""

    @property
    def fair_share(self) -> bool:
        """Whether a scheduling policy shares it out, so that each job needs a priority and each submission a share."""


@runtime_checkable
class Job(Protocol):
    """A job definition with all it needs to run, known to the queue it is submitted to."""

    @property
    def label(self) -> str:
        """What a step that runs it is called, unless it is named; the construct id of our own jobs."""

    @property
    def job_definition_arn(self) -> str:
        """ARN of the current revision."""

    @property
    def job_definition_name(self) -> str:
        """Name without the revision; submitting by it always takes the newest active revision."""

    @property
    def queue(self) -> Queue:
        """Where it runs unless a submission says otherwise."""

    @property
    def shape(self) -> JobShape:
        """Its containers with their commands, and how a submission changes them."""

    @property
    def parameters(self) -> Mapping[str, str]:
        """Defaults for `Ref::name` in the commands, by their names."""

    @property
    def requirements(self) -> Requirements:
        """What it needs, for the checks against queues."""

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow submitting every revision of the job to its queue."""
