"""Metrics of job queues, as AWS Batch publishes them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk

from batchwright.model import Problems
from batchwright.model.arguments import choice_problems, kind_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch
    from constructs import Construct

_NAMESPACE: Final = "AWS/Batch"
_QUEUE: Final = "JobQueueName"


class QueueMetric(StrEnum):
    """What AWS Batch counts and measures of each queue, at no charge.

    Counts are jobs (each child of an array counts, a multi-node job counts once); durations are in milliseconds. All
    are best effort: a transition may be missed now and then, so alarms should bear a gap.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/using_cloudwatch_metrics.html
    """

    SUBMITTED = "JobsSubmitted"
    """Jobs submitted; an array counts as its size."""
    RUNNABLE = "JobsMovedToRunnable"
    """Jobs ready to be placed, retried ones included."""
    STARTING = "JobsMovedToStarting"
    """Jobs whose images are being pulled."""
    RUNNING = "JobsMovedToRunning"
    """Jobs that began to run."""
    SUCCEEDED = "JobsMovedToSucceeded"
    """Jobs that succeeded."""
    FAILED = "JobsMovedToFailed"
    """Jobs that failed for good, cancelled and terminated ones included."""
    CANCELLED = "JobsCancelled"
    """Jobs cancelled before they ran, by people or by the queue's time limits."""
    TERMINATED = "JobsTerminated"
    """Jobs terminated."""
    RETRIED = "JobsRetried"
    """Attempts that failed and were repeated: on Spot, above all those that lost their host."""
    WAITING_TIME = "JobAttemptRunnableToStartingDuration"
    """How long an attempt waited for capacity; not of training jobs."""
    STARTING_TIME = "JobAttemptStartingToRunningDuration"
    """How long an attempt took to start, image pull included."""
    RUNNING_TIME = "JobAttemptExecutionDuration"
    """How long an attempt ran."""
    SCHEDULED = "JobsMovedToScheduled"
    """Training jobs handed to SageMaker; again after each preemption."""
    SCHEDULING_TIME = "JobAttemptRunnableToScheduledDuration"
    """How long an attempt of a training job waited before it was handed to SageMaker."""
    PREEMPTED = "JobsPreempted"
    """Training jobs preempted, in queues with quota shares."""

    @property
    def is_time(self) -> bool:
        """Whether it measures a duration, in milliseconds."""
        return self.value.endswith("Duration")


def queue_metric(
    scope: Construct, queue_arn: str, name: QueueMetric, *, statistic: str | None, period: cdk.Duration | None
) -> cloudwatch.Metric:
    """Name a metric of a queue: the sum of a count, or the 90th percentile of a duration, over five minutes.

    Raises:
        ConfigurationError: The name is none of `QueueMetric`, or an argument is of a wrong kind.
    """
    from aws_cdk import aws_cloudwatch as cloudwatch

    problems = Problems(where(scope))
    problems.extend(choice_problems("name", [name], tuple(QueueMetric), fix="Use QueueMetric.FAILED, for example."))
    problems.extend(kind_problems("period", period, cdk.Duration, fix="Use Duration.minutes(5)."))
    problems.extend(kind_problems("statistic", statistic, str, fix='Use "p90", for example.'))
    problems.raise_if_any()
    metric = QueueMetric(name)
    queue_name = cdk.Stack.of(scope).split_arn(queue_arn, cdk.ArnFormat.SLASH_RESOURCE_NAME).resource_name or ""
    return cloudwatch.Metric(
        namespace=_NAMESPACE,
        metric_name=metric.value,
        dimensions_map={_QUEUE: queue_name},
        statistic=statistic or ("p90" if metric.is_time else "Sum"),
        period=period or cdk.Duration.minutes(5),
    )
