"""The queue for SageMaker training jobs."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from aws_cdk import Annotations, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam
from constructs import Construct

from batchwright.model import Problems
from batchwright.places import place_problems
from batchwright.queues import scheduling
from batchwright.queues.arguments import queue_problems
from batchwright.queues.events import blocked_rule, job_state_detail, job_state_rule
from batchwright.queues.metrics import queue_metric
from batchwright.queues.quotas import quota_problems, service_problems
from batchwright.queues.time_limits import TimeLimits
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_events as events

    from batchwright.contracts import ServiceEnvironment
    from batchwright.queues.fair_share import FairShare
    from batchwright.queues.metrics import QueueMetric
    from batchwright.queues.quota_share import QuotaShare

_TYPE: Final = "SAGEMAKER_TRAINING"


class TrainingQueue(Construct):
    """A job queue for SageMaker training jobs (`SubmitServiceJob`), over one service environment.

    ```python
    machines = ServiceEnvironment(self, "Machines", instances={"ml.g6.xlarge": 8})
    TrainingQueue(
        self,
        "Training",
        environment=machines,
        quota_shares=[
            QuotaShare(name="vision", instances={"ml.g6.xlarge": 5}, sharing=Sharing.LEND_AND_BORROW),
            QuotaShare(name="speech", instances={"ml.g6.xlarge": 3}),
        ],
    )
    ```

    Jobs that can never start are terminated after a while (`time_limits`), not left RUNNABLE for ever.

    How a queue is shared out is settled when it is made: going over to quota shares or to `fair_share`, or back, makes
    a new queue and removes the old one, with the jobs in it. Let the old one run empty first (`enabled=False`). What
    the shares get changes in place.

    Args:
        scope: The parent.
        construct_id: The id below it.
        environment: The service environment. With quota shares it counts instances by type, otherwise altogether.
        quota_shares: Each team's part, up to 20; every submission then names one. A service environment takes one queue
            with quota shares.
        fair_share: Instead of quota shares, a `FairShare` or an existing policy.
        priority: 0 to 1000; among queues that share an environment, the higher goes first.
        time_limits: How long a job that cannot start may wait.
        enabled: Whether it accepts jobs. Jobs already in it go on.
        tags: Tags of the queue alone, by which tools find it; up to 50.

    Raises:
        ConfigurationError: The environment counts its capacity in what the queue cannot schedule by, both kinds of
            shares are given, or a name or number is outside its range.

    Attributes:
        quota_shares: The quota shares' L1 resources, by name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: ServiceEnvironment,
        quota_shares: Sequence[QuotaShare] = (),
        fair_share: FairShare | batch.ISchedulingPolicy | None = None,
        priority: int = 1,
        time_limits: TimeLimits | None = None,
        enabled: bool = True,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._batchwright_scope = scope
        limits = time_limits or TimeLimits()
        problems = Problems(where(self))
        problems.extend(service_problems(environment, shared=bool(quota_shares)))
        problems.extend(place_problems("environment", scope, environment))
        problems.extend(quota_problems(quota_shares, environment))
        problems.extend(scheduling.fair_share_problems(fair_share))
        problems.check(
            not quota_shares or fair_share is None,
            field="fair_share",
            value=fair_share,
            allowed="nothing with quota_shares",
            fix="Make one queue for each.",
        )
        problems.extend(queue_problems(priority=priority, limits=time_limits, enabled=enabled, tags=tags))
        problems.raise_if_any()
        self._resource = batch.CfnJobQueue(
            self,
            _id(quota_shares=bool(quota_shares), fair_share=fair_share is not None),
            job_queue_type=_TYPE,
            priority=priority,
            state="ENABLED" if enabled else "DISABLED",
            service_environment_order=[
                batch.CfnJobQueue.ServiceEnvironmentOrderProperty(
                    service_environment=environment.service_environment_arn, order=1
                )
            ],
            job_state_time_limit_actions=limits.render_for_training(quota_shares=bool(quota_shares)),
            scheduling_policy_arn=self._quota_policy() if quota_shares else scheduling.policy_arn(self, fair_share),
            tags=dict(tags) if tags else None,
        )
        self._arn = self._resource.attr_job_queue_arn
        shares = Construct(self, "Shares") if quota_shares else self
        self.quota_shares: Mapping[str, batch.CfnQuotaShare] = {
            share.name: share.build(shares, queue_arn=self._arn) for share in quota_shares
        }
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

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow submitting training jobs to the queue and its quota shares.

        The caller must also be allowed to pass the role that the training job names (`iam:PassRole`).
        """
        shares = [share.attr_quota_share_arn for share in self.quota_shares.values()]
        return self._grant(grantee, ["batch:SubmitServiceJob"], [self._arn, self._jobs, *shares])

    def grant_describe(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow listing and describing training jobs: of all queues, as these actions know no resources."""
        return self._grant(grantee, ["batch:DescribeServiceJob", "batch:ListServiceJobs"], ["*"])

    def grant_terminate(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow terminating training jobs: of all queues in the Region, as a job's ARN does not name its queue."""
        return self._grant(grantee, ["batch:TerminateServiceJob"], [self._jobs])

    def grant_snapshot(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow seeing the first 100 runnable jobs, and how much of the capacity each share uses."""
        return self._grant(grantee, ["batch:GetJobQueueSnapshot"], [self._arn])

    def metric(
        self, name: QueueMetric, *, statistic: str | None = None, period: Duration | None = None
    ) -> cloudwatch.Metric:
        """One of the metrics that AWS Batch publishes of the queue at no charge.

        Args:
            name: Which.
            statistic: By default the sum of a count, and the 90th percentile of a duration.
            period: Five minutes by default.

        Raises:
            ConfigurationError: There is no such metric.
        """
        return queue_metric(self, self._arn, name, statistic=statistic, period=period)

    def on_job_state_change(
        self, construct_id: str, *, target: events.IRuleTarget | None = None, states: Sequence[str] = ("FAILED",)
    ) -> events.Rule:
        """Tell a target whenever a training job of the queue gets one of the states. EventBridge may tell it twice.

        Args:
            construct_id: Id of the rule, below the queue.
            target: Who is told; more can be added to the rule.
            states: Any of SUBMITTED, PENDING, RUNNABLE, SCHEDULED, STARTING, RUNNING, SUCCEEDED, FAILED.

        Raises:
            ConfigurationError: A state does not exist, or none is given.
        """
        detail = partial(job_state_detail, states, queue_arns=[self._arn], include_array_children=True)
        return job_state_rule(self, construct_id, states=states, detail=detail, target=target, service=True)

    def on_blocked(self, construct_id: str, *, target: events.IRuleTarget | None = None) -> events.Rule:
        """Tell a target whenever a job stands at the head of the queue and cannot start; `statusReason` says why.

        Args:
            construct_id: Id of the rule, below the queue.
            target: Who is told; more can be added to the rule.
        """
        return blocked_rule(self, construct_id, queue_arn=self._arn, target=target, service=True)

    @property
    def _jobs(self) -> str:
        return Stack.of(self).format_arn(service="batch", resource="service-job", resource_name="*")

    def _grant(self, grantee: iam.IGrantable, actions: list[str], resources: list[str]) -> iam.Grant:
        return iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=resources)

    def _quota_policy(self) -> str:
        # First in, first out is the one strategy there is for what shares borrow.
        strategy = batch.CfnSchedulingPolicy.QuotaSharePolicyProperty(idle_resource_assignment_strategy="FIFO")
        return batch.CfnSchedulingPolicy(self, "QuotaPolicy", quota_share_policy=strategy).attr_arn


def _id(*, quota_shares: bool, fair_share: bool) -> str:
    if quota_shares:
        return scheduling.QUOTA_SHARES_ID
    return scheduling.FAIR_SHARE_ID if fair_share else scheduling.FIFO_ID
