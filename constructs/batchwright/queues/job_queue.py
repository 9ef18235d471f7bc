"""The job queue."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from aws_cdk import Annotations, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam
from constructs import Construct

from batchwright.model import Problems
from batchwright.queues import scheduling
from batchwright.queues.arguments import queue_problems
from batchwright.queues.environment_order import environment_problems
from batchwright.queues.events import blocked_rule, job_state_detail, job_state_rule
from batchwright.queues.metrics import QueueMetric, queue_metric
from batchwright.queues.time_limits import TimeLimits
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_events as events

    from batchwright.contracts import ComputeEnvironment
    from batchwright.model import Architecture, Capacity, Platform
    from batchwright.queues.fair_share import FairShare


class JobQueue(Construct):
    """A job queue over one to three compute environments, tried in the order given.

    With Spot first and On-Demand second, jobs take Spot while there is some (`SpotThenOnDemand` builds all three):

    ```python
    JobQueue(self, "Queue", environments=[spot, on_demand])
    ```

    Jobs that can never start are cancelled after a while (`time_limits`), not left RUNNABLE for ever.

    Whether a queue has a scheduling policy is settled when it is made: turning `fair_share` on or off makes a new queue
    and removes the old one, with the jobs in it. Let the old one run empty first (`enabled=False`). Changes of the
    shares themselves happen in place.

    An environment that is replaced (see its `updates`) stays out of the way: CloudFormation makes the new one, points
    the queue at it, and removes the old one last. Give neither of them a name.

    Args:
        scope: The parent.
        construct_id: The id below it.
        environments: One to three environments of one platform (EC2, Fargate, Managed Instances or EKS) and one CPU
            architecture; on Managed Instances On-Demand before Spot.
        priority: 0 to 1000; among queues that share an environment, the higher goes first.
        time_limits: How long a job that cannot start may wait.
        enabled: Whether it accepts jobs. Jobs already in it go on.
        fair_share: How it is shared out: a `FairShare`, or an existing policy, which queues may have in common
            (`FairshareSchedulingPolicy` of `aws_cdk.aws_batch`, also by its ARN). First come, first served when left
            out. Each submission then names a share, and each job definition has a scheduling priority.
        tags: Tags of the queue alone, by which tools find it; up to 50.

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
        fair_share: FairShare | batch.ISchedulingPolicy | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._batchwright_scope = scope
        limits = time_limits or TimeLimits()
        problems = Problems(where(self))
        problems.extend(environment_problems(environments, scope))
        problems.extend(queue_problems(priority=priority, limits=time_limits, enabled=enabled, tags=tags))
        problems.extend(scheduling.fair_share_problems(fair_share))
        problems.raise_if_any()
        self._capacities = tuple(environment.capacity for environment in environments)
        self._policy_arn = scheduling.policy_arn(self, fair_share)
        self._resource = batch.CfnJobQueue(
            self,
            scheduling.FIFO_ID if fair_share is None else scheduling.FAIR_SHARE_ID,
            priority=priority,
            state="ENABLED" if enabled else "DISABLED",
            compute_environment_order=[
                batch.CfnJobQueue.ComputeEnvironmentOrderProperty(
                    compute_environment=environment.compute_environment_arn, order=order
                )
                for order, environment in enumerate(environments, start=1)
            ],
            job_state_time_limit_actions=limits.render(),
            scheduling_policy_arn=self._policy_arn,
            tags=dict(tags) if tags else None,
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

    @cached_property
    def scheduling_policy(self) -> batch.ISchedulingPolicy | None:
        """The policy that shares it out, to give to another queue; None without one."""
        if self._policy_arn is None:
            return None
        return batch.FairshareSchedulingPolicy.from_fairshare_scheduling_policy_arn(self, "Policy", self._policy_arn)

    @property
    def capacities(self) -> tuple[Capacity, ...]:
        """What the environments offer, in their order."""
        return self._capacities

    @property
    def platform(self) -> Platform:
        """What its jobs run on."""
        return self._capacities[0].platform

    @property
    def architecture(self) -> Architecture | None:
        """The environments' architecture; None on Fargate, where each job chooses."""
        return self._capacities[0].architecture

    @property
    def fair_share(self) -> bool:
        """Whether a scheduling policy shares it out."""
        return self._policy_arn is not None

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow submitting jobs to this queue; the job definition's own grant is needed beside it."""
        return self._grant(grantee, ["batch:SubmitJob"], self._arn)

    def grant_describe(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow listing and describing jobs and queues: of all queues, as these actions know no resources."""
        return self._grant(grantee, ["batch:DescribeJobQueues", "batch:DescribeJobs", "batch:ListJobs"], "*")

    def grant_terminate(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow cancelling and terminating jobs: of all queues in the Region, as no job's ARN names its queue."""
        return self._grant(grantee, ["batch:CancelJob", "batch:TerminateJob"], self._jobs)

    def grant_tag(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow tagging jobs, which submitting with tags needs."""
        return self._grant(grantee, ["batch:TagResource"], self._jobs)

    def grant_snapshot(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow seeing the first 100 runnable jobs, and how much of the capacity each share uses."""
        return self._grant(grantee, ["batch:GetJobQueueSnapshot"], self._arn)

    def grant_update(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow changing the queue itself: above all disabling it, to let it run empty, and enabling it again."""
        return self._grant(grantee, ["batch:UpdateJobQueue"], self._arn)

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

    def metric_submitted(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs submitted; an array counts as its size."""
        return self.metric(QueueMetric.SUBMITTED, period=period)

    def metric_succeeded(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that succeeded."""
        return self.metric(QueueMetric.SUCCEEDED, period=period)

    def metric_failed(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that failed for good, cancelled and terminated ones included."""
        return self.metric(QueueMetric.FAILED, period=period)

    def metric_retried(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Attempts that were repeated: on Spot, above all those that lost their host."""
        return self.metric(QueueMetric.RETRIED, period=period)

    def metric_waiting_time(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """How long attempts waited for capacity, in milliseconds, at the 90th percentile."""
        return self.metric(QueueMetric.WAITING_TIME, period=period)

    def on_job_state_change(
        self,
        construct_id: str,
        *,
        target: events.IRuleTarget | None = None,
        states: Sequence[str] = ("FAILED",),
        include_array_children: bool = False,
    ) -> events.Rule:
        """Tell a target whenever a job of the queue gets one of the states. EventBridge may tell it twice.

        Args:
            construct_id: Id of the rule, below the queue.
            target: Who is told; more can be added to the rule.
            states: Any of SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED.
            include_array_children: Whether each child of an array speaks for itself.

        Raises:
            ConfigurationError: A state does not exist, or none is given.
        """
        detail = partial(
            job_state_detail, states, queue_arns=[self._arn], include_array_children=include_array_children
        )
        return job_state_rule(self, construct_id, states=states, detail=detail, target=target)

    def on_blocked(self, construct_id: str, *, target: events.IRuleTarget | None = None) -> events.Rule:
        """Tell a target whenever a job stands at the head of the queue and cannot start; `statusReason` says why.

        Args:
            construct_id: Id of the rule, below the queue.
            target: Who is told; more can be added to the rule.
        """
        return blocked_rule(self, construct_id, queue_arn=self._arn, target=target)

    @property
    def _jobs(self) -> str:
        return Stack.of(self).format_arn(service="batch", resource="job", resource_name="*")

    def _grant(self, grantee: iam.IGrantable, actions: list[str], resource: str) -> iam.Grant:
        return iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=[resource])
