"""Messages about jobs that change their state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from batchwright.model import Problems
from batchwright.model.arguments import (
    choice_problems,
    flag_problems,
    like_item_problems,
    like_problems,
    texts_problems,
)
from batchwright.notifications.topic import NotificationTopic
from batchwright.notifications.topic_target import topic_target
from batchwright.queues.events import JOB_STATES, job_state_detail
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_sns as sns

    from batchwright.contracts import Job, Queue


class JobStateNotifier(Construct):
    """Publishes a readable message whenever a job gets one of the states, FAILED unless told otherwise.

    Without queues and jobs it speaks of all jobs of the account in the Region; with both, of these jobs in these
    queues. EventBridge delivers at least once: a message may come twice.

    Args:
        scope: The parent.
        construct_id: The id below it.
        queues: Only jobs in these queues.
        jobs: Only jobs of these job definitions, in every revision.
        states: Any of SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED.
        topic: Where messages go; default: a new `NotificationTopic`.
        include_array_children: Whether each child of an array speaks for itself. Without, an array is one message:
            Batch sets the array FAILED when a child has failed.

    Raises:
        ConfigurationError: A state does not exist, or none is given.

    Attributes:
        topic: Where messages go.
        notification_topic: The new topic with its key; None when a topic was given.
        rule: The EventBridge rule.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        queues: Sequence[Queue] = (),
        jobs: Sequence[Job] = (),
        states: Sequence[str] = ("FAILED",),
        topic: sns.ITopic | None = None,
        include_array_children: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self._check(queues, jobs, states, topic, include_array_children=include_array_children)
        self.notification_topic: NotificationTopic | None = None
        if topic is None:
            self.notification_topic = NotificationTopic(self, "Topic")
            topic = self.notification_topic.topic
        self.topic: sns.ITopic = topic
        arns = [queue.job_queue_arn for queue in queues]
        detail = job_state_detail(states, queue_arns=arns, include_array_children=include_array_children)
        if jobs:
            detail["jobDefinition"] = [{"prefix": self._every_revision(job)} for job in jobs]
        self.rule = events.Rule(
            self,
            "Rule",
            event_pattern=events.EventPattern(
                source=["aws.batch"], detail_type=["Batch Job State Change"], detail=detail
            ),
            targets=[topic_target(self.topic, message=events.RuleTargetInput.from_text(_message()))],
        )

    def _every_revision(self, job: Job) -> str:
        # An event has the definition's ARN with its revision at the end.
        name = f"{job.job_definition_name}:"
        return cdk.Stack.of(self).format_arn(service="batch", resource="job-definition", resource_name=name)

    def _check(
        self, queues: object, jobs: object, states: Sequence[str], topic: object, *, include_array_children: object
    ) -> None:
        problems = Problems(where(self))
        fix = "Use [queue], with a JobQueue."
        problems.extend(like_item_problems("queues", queues, "job_queue_arn", kind="a queue", fix=fix))
        fix = "Use [job], with a ContainerJob."
        problems.extend(like_item_problems("jobs", jobs, "job_definition_name", kind="a job", fix=fix))
        wrong = texts_problems("states", states, fix='Use ["FAILED"].')
        problems.extend(wrong or choice_problems("states", states, JOB_STATES, fix="Leave states out for FAILED."))
        problems.extend(like_problems("topic", topic, "topic_arn", kind="an sns.ITopic", fix="Use sns.Topic(...)."))
        problems.extend(flag_problems("include_array_children", include_array_children))
        problems.raise_if_any()


def _message() -> str:
    # Only values without quotes: EventBridge does not escape what it puts into a text, and does not deliver what is no
    # JSON then. A status reason may quote the address of a registry, for example.
    detail = events.EventField.from_path
    job = detail("$.detail.jobId")
    return (
        f"Batch job {detail('$.detail.jobName')} changed to {detail('$.detail.status')} at {events.EventField.time}. "
        f"Job: {job}. Queue: {detail('$.detail.jobQueue')}. "
        f"Log stream: {detail('$.detail.container.logStreamName')}. "
        f"For the reason and each attempt: aws batch describe-jobs --jobs {job}"
    )
