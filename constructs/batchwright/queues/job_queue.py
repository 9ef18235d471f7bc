"""The job queue."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from aws_cdk import Annotations
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam
from constructs import Construct

from batchwright.model import Problems
from batchwright.model.queues import (
    environment_count_problems,
    mixed_architecture_problems,
    mixed_platform_problems,
    priority_problems,
)
from batchwright.queues.time_limits import TimeLimits
from batchwright.tokens import is_token, where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.contracts import ComputeEnvironment
    from batchwright.model import Architecture, Capacity, Platform


class JobQueue(Construct):
    """A job queue over one to three compute environments, tried in the order given.

    With Spot first and On-Demand second, jobs take Spot while there is some:

    ```python
    JobQueue(self, "Queue", environments=[spot, on_demand])
    ```

    Jobs that can never start are cancelled after a while (`time_limits`), not left RUNNABLE for ever.

    Args:
        scope: The parent.
        construct_id: The id below it.
        environments: One to three environments of one platform (EC2 or Fargate) and one CPU architecture.
        priority: 0 to 1000; among queues that share an environment, the higher goes first.
        time_limits: How long a job that cannot start may wait.
        enabled: Whether it accepts jobs. Jobs already in it go on.

    Raises:
        ConfigurationError: Too many environments, a mix that AWS refuses or that would strand jobs, or a number outside
            its range. Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environments: Sequence[ComputeEnvironment],
        priority: int = 1,
        time_limits: TimeLimits | None = None,
        enabled: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        limits = time_limits or TimeLimits()
        self._check(environments, priority, limits)
        self._capacities = tuple(environment.capacity for environment in environments)
        self._resource = batch.CfnJobQueue(
            self,
            "Resource",
            priority=priority,
            state="ENABLED" if enabled else "DISABLED",
            compute_environment_order=[
                batch.CfnJobQueue.ComputeEnvironmentOrderProperty(
                    compute_environment=environment.compute_environment_arn, order=order
                )
                for order, environment in enumerate(environments, start=1)
            ],
            job_state_time_limit_actions=limits.render(),
        )
        self._arn = self._resource.attr_job_queue_arn
        for problem in limits.advice():
            Annotations.of(self).add_warning_v2("batchwright:hastyTimeLimits", str(problem))

    @property
    def job_queue_arn(self) -> str:
        """ARN of the queue."""
        return self._arn

    @cached_property
    def job_queue(self) -> batch.IJobQueue:
        """The queue as CDK's own interface, for code that takes one."""
        return batch.JobQueue.from_job_queue_arn(self, "Interface", self._arn)

    @property
    def resource(self) -> batch.CfnJobQueue:
        """The L1 resource, for properties that this construct does not cover."""
        return self._resource

    @property
    def capacities(self) -> tuple[Capacity, ...]:
        """What the environments offer, in their order."""
        return self._capacities

    @property
    def platform(self) -> Platform:
        """EC2 or Fargate."""
        return self._capacities[0].platform

    @property
    def architecture(self) -> Architecture | None:
        """The environments' architecture; None on Fargate, where each job chooses."""
        return self._capacities[0].architecture

    @property
    def fair_share(self) -> bool:
        """Whether a scheduling policy shares it out."""
        return False

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow submitting jobs to this queue; the job definition's own grant is needed beside it."""
        return iam.Grant.add_to_principal(grantee=grantee, actions=["batch:SubmitJob"], resource_arns=[self._arn])

    def _check(self, environments: Sequence[ComputeEnvironment], priority: int, limits: TimeLimits) -> None:
        problems = Problems(where(self))
        capacities = [environment.capacity for environment in environments]
        architectures = [each.architecture for each in capacities if each.architecture is not None]
        problems.extend(environment_count_problems(len(environments)))
        problems.extend(mixed_platform_problems(each.kind for each in capacities))
        problems.extend(mixed_architecture_problems(architectures))
        if not is_token(priority):
            problems.extend(priority_problems(priority))
        problems.extend(limits.problems())
        problems.raise_if_any()
