"""Starting a pipeline when an object arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from batchwright.model import Problems
from batchwright.model.arguments import choice_problems
from batchwright.tokens import is_token, seconds, where
from batchwright.triggers.bucket_events import send_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_s3 as s3

    from batchwright.pipelines.pipeline import Pipeline

# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
EVENT_NAMES: Final = (
    "Object Created",
    "Object Deleted",
    "Object Restore Initiated",
    "Object Restore Completed",
    "Object Restore Expired",
    "Object Storage Class Changed",
    "Object Access Tier Changed",
    "Object ACL Updated",
    "Object Tags Added",
    "Object Tags Deleted",
)
# Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html
_MIN_AGE, _MAX_AGE, _MAX_RETRIES = 60, 86_400, 185


class S3Trigger(Construct):
    """Starts an execution of a pipeline for each object that arrives in a bucket.

    The execution's input is `{"bucket", "key", "size", "etag", "eventId", "eventTime"}`; the key is as S3 shows it,
    not URL-encoded. Through `event_input` it may be anything of the event, such as
    `events.RuleTargetInput.from_event_path("$.detail")` for versioned buckets or events without a size.

    EventBridge delivers an event at least once, so an object may start two executions, rarely, and cannot name them:
    steps must not mind running twice for an object. `eventId` is the same in both. An event that cannot be delivered
    within `max_event_age` and `retry_attempts` goes to the dead-letter queue, where it is kept for 14 days.

    A bucket of this app is made to send events; for an imported one there is a warning that says how.

    Args:
        scope: The parent.
        construct_id: The id below it.
        bucket: Where objects arrive.
        pipeline: What starts.
        prefix: Only keys that begin like this, such as `requests/`. A pipeline that writes into the bucket it
            listens to needs a prefix or a suffix that its own objects do not have, or it starts itself again.
        suffix: Only keys that end like this, such as `.json`.
        event_names: Which events of S3 count.
        event_input: The execution's input.
        max_event_age: How long EventBridge tries to deliver, 1 minute to 24 hours. Default: 24 hours.
        retry_attempts: How often it tries again, 0 to 185.
        dead_letter_queue: A queue to use instead of a new one.

    Raises:
        ConfigurationError: A value is outside its range.

    Attributes:
        rule: The EventBridge rule.
        role: What the rule starts executions as; it may do nothing else.
        dead_letter_queue: Where undeliverable events go.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        pipeline: Pipeline,
        prefix: str = "",
        suffix: str = "",
        event_names: Sequence[str] = ("Object Created",),
        event_input: events.RuleTargetInput | None = None,
        max_event_age: cdk.Duration | None = None,
        retry_attempts: int = _MAX_RETRIES,
        dead_letter_queue: sqs.IQueue | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._check(event_names, max_event_age, retry_attempts)
        send_events(bucket, warn=self)
        self.dead_letter_queue = dead_letter_queue or sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        target = targets.SfnStateMachine(
            pipeline.state_machine,
            role=self.role,
            input=event_input or _object(),
            dead_letter_queue=self.dead_letter_queue,
            max_event_age=max_event_age,
            retry_attempts=retry_attempts,
        )
        pipeline.grant_start_execution(self.role)
        detail: dict[str, Any] = {"bucket": {"name": [bucket.bucket_name]}}
        key = _key_pattern(prefix, suffix)
        if key is not None:
            detail["object"] = {"key": [key]}
        self.rule = events.Rule(
            self,
            "Rule",
            event_pattern=events.EventPattern(source=["aws.s3"], detail_type=list(event_names), detail=detail),
            targets=[target],
        )

    def _check(self, event_names: Sequence[str], max_event_age: cdk.Duration | None, retry_attempts: int) -> None:
        problems = Problems(where(self))
        fix = 'Use "Object Created" for uploads, copies and multipart uploads.'
        problems.extend(choice_problems("event_names", event_names, EVENT_NAMES, fix=fix))
        age = None if max_event_age is None else seconds(max_event_age)
        problems.check(
            age is None or _MIN_AGE <= age <= _MAX_AGE,
            field="max_event_age",
            value=f"{age} seconds",
            allowed="1 minute to 24 hours",
            fix="Leave max_event_age out for 24 hours.",
        )
        problems.check(
            is_token(retry_attempts) or 0 <= retry_attempts <= _MAX_RETRIES,
            field="retry_attempts",
            value=retry_attempts,
            allowed=f"0 to {_MAX_RETRIES}",
            fix=f"Leave retry_attempts out for {_MAX_RETRIES}.",
        )
        problems.raise_if_any()


def _object() -> events.RuleTargetInput:
    field = events.EventField.from_path
    return events.RuleTargetInput.from_object(
        {
            "bucket": field("$.detail.bucket.name"),
            "key": field("$.detail.object.key"),
            "size": field("$.detail.object.size"),
            "etag": field("$.detail.object.etag"),
            "eventId": events.EventField.event_id,
            "eventTime": events.EventField.time,
        }
    )


def _key_pattern(prefix: str, suffix: str) -> dict[str, str] | None:
    if prefix and suffix:
        # Two patterns in a list would mean one or the other.
        return {"wildcard": f"{_escape(prefix)}*{_escape(suffix)}"}
    if prefix:
        return {"prefix": prefix}
    return {"suffix": suffix} if suffix else None


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*")
