"""Starting a pipeline when an object arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from batchwright.model import Problem, Problems
from batchwright.model.arguments import (
    choice_problems,
    kind_problems,
    like_problems,
    number_problems,
    required_problems,
    texts_problems,
)
from batchwright.tokens import open_unit_problems, seconds, where, within
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
        problems = Problems(where(self))
        problems.extend(_kind_problems(bucket, pipeline, event_input, dead_letter_queue, prefix, suffix))
        problems.extend(_value_problems(event_names, max_event_age, retry_attempts))
        problems.raise_if_any()
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


def _kind_problems(
    bucket: object, pipeline: object, event_input: object, dead_letters: object, prefix: object, suffix: object
) -> Sequence[Problem]:
    """Find arguments of another kind than a trigger takes."""
    bucket_fix, queue_fix = "Use an s3.Bucket with its name.", "Use an sqs.Queue."
    input_fix = "Use events.RuleTargetInput.from_object(...)."
    return [
        *like_problems("bucket", bucket, "bucket_name", kind="an s3.IBucket", fix=bucket_fix, required=True),
        *like_problems("pipeline", pipeline, "state_machine", kind="a Pipeline", fix="Use a Pipeline.", required=True),
        *required_problems("prefix", prefix, str, fix='Use a text, such as "requests/".'),
        *required_problems("suffix", suffix, str, fix='Use a text, such as ".json".'),
        *kind_problems("event_input", event_input, events.RuleTargetInput, fix=input_fix),
        *like_problems("dead_letter_queue", dead_letters, "queue_arn", kind="an sqs.IQueue", fix=queue_fix),
    ]


def _value_problems(
    event_names: Sequence[str], max_event_age: cdk.Duration | None, retry_attempts: int
) -> Sequence[Problem]:
    """Find what S3 does not send, and what EventBridge would refuse."""
    fix = 'Use "Object Created" for uploads, copies and multipart uploads.'
    found = [
        *(
            texts_problems("event_names", event_names, fix='Use ["Object Created"].')
            or choice_problems("event_names", event_names, EVENT_NAMES, fix=fix)
        ),
        *_age_problems(max_event_age),
    ]
    fix = f"Leave retry_attempts out for {_MAX_RETRIES}."
    tries = number_problems("retry_attempts", retry_attempts, fix=fix)
    if not tries and not within(retry_attempts, 0, _MAX_RETRIES):
        tries = [Problem("retry_attempts", retry_attempts, f"0 to {_MAX_RETRIES}", fix)]
    return [*found, *tries]


def _age_problems(age: cdk.Duration | None) -> Sequence[Problem]:
    field, fix = "max_event_age", "Leave max_event_age out for 24 hours."
    wrong = kind_problems(field, age, cdk.Duration, fix="Use Duration.hours(1).")
    if wrong or age is None:
        return wrong
    limit = seconds(age)
    if limit is None:
        return open_unit_problems(field, age)
    if _MIN_AGE <= limit <= _MAX_AGE and limit == int(limit):
        return []
    return [Problem(field, f"{limit} seconds", "whole seconds, 1 minute to 24 hours of them", fix)]


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
