from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_events as events
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as s3n
from aws_cdk import aws_sqs as sqs
from support.pipelines import resolve, statements_of
from support.synthesis import new_stack, synthesize

from batchwright.model import ConfigurationError
from batchwright.pipelines.pass_step import Pass
from batchwright.pipelines.pipeline import Pipeline
from batchwright.triggers.s3 import S3Trigger

if TYPE_CHECKING:
    from support.synthesis import Template


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


@pytest.fixture
def pipeline(stack: cdk.Stack) -> Pipeline:
    return Pipeline(stack, "Run", steps=Pass("P", values={}))


@pytest.fixture
def bucket(stack: cdk.Stack) -> s3.Bucket:
    return s3.Bucket(stack, "Bucket")


def rule_of(template: Template) -> dict[str, Any]:
    return resolve(template.only("AWS::Events::Rule"), template)


def test_a_created_object_starts_an_execution_with_its_place(
    stack: cdk.Stack, bucket: s3.Bucket, pipeline: Pipeline
) -> None:
    S3Trigger(stack, "Upload", bucket=bucket, pipeline=pipeline)
    template = synthesize(stack)
    rule = rule_of(template)
    (bucket_id,) = template.of_type("AWS::S3::Bucket")
    (machine_id,) = template.of_type("AWS::StepFunctions::StateMachine")
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [f"<{bucket_id}>"]}},
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == f"<{machine_id}>"
    transformer = target["InputTransformer"]
    text = transformer["InputTemplate"]
    for key, path in transformer["InputPathsMap"].items():
        text = text.replace(f"<{key}>", path)
    assert text == (
        '{"bucket":$.detail.bucket.name,"key":$.detail.object.key,"size":$.detail.object.size,'
        '"etag":$.detail.object.etag,"eventId":$.id,"eventTime":$.time}'
    )


def test_the_bucket_is_switched_on_without_a_function(stack: cdk.Stack, bucket: s3.Bucket, pipeline: Pipeline) -> None:
    S3Trigger(stack, "Upload", bucket=bucket, pipeline=pipeline)
    template = synthesize(stack)
    configuration = template.only("AWS::S3::Bucket")["NotificationConfiguration"]
    assert configuration == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert not template.of_type("AWS::Lambda::Function")
    assert not template.of_type("Custom::S3BucketNotifications")


@pytest.mark.parametrize("first", ["notification", "trigger"])
def test_a_bucket_that_notifies_directly_keeps_doing_so(
    stack: cdk.Stack, bucket: s3.Bucket, pipeline: Pipeline, first: str
) -> None:
    if first == "trigger":
        S3Trigger(stack, "Upload", bucket=bucket, pipeline=pipeline)
    bucket.add_event_notification(s3.EventType.OBJECT_REMOVED, s3n.SqsDestination(sqs.Queue(stack, "Queue")))
    if first == "notification":
        S3Trigger(stack, "Upload", bucket=bucket, pipeline=pipeline)
    template = synthesize(stack)
    configuration = template.only("Custom::S3BucketNotifications")["NotificationConfiguration"]
    assert configuration.keys() == {"QueueConfigurations", "EventBridgeConfiguration"}
    assert "NotificationConfiguration" not in template.only("AWS::S3::Bucket")


def test_an_imported_bucket_gives_a_warning_that_can_be_acknowledged(stack: cdk.Stack, pipeline: Pipeline) -> None:
    bucket = s3.Bucket.from_bucket_name(stack, "Imported", "my-bucket")
    trigger = S3Trigger(stack, "Upload", bucket=bucket, pipeline=pipeline)
    warnings = assertions.Annotations.from_stack(stack)
    warnings.has_warning("/Stack/Upload", assertions.Match.string_like_regexp(".*event_bridge_enabled=True.*"))
    assert rule_of(synthesize(stack))["EventPattern"]["detail"]["bucket"]["name"] == ["my-bucket"]
    cdk.Annotations.of(trigger).acknowledge_warning("batchwright:bucketEvents", "switched on by its owner")
    assert assertions.Annotations.from_stack(stack).find_warning("*", assertions.Match.any_value()) == []


@pytest.mark.parametrize(
    ("prefix", "suffix", "key"),
    [
        ("in/", "", {"prefix": "in/"}),
        ("", ".json", {"suffix": ".json"}),
        ("in/", ".json", {"wildcard": "in/*.json"}),
        ("a*b\\", "c", {"wildcard": "a\\*b\\\\*c"}),
    ],
)
def test_only_some_keys(
    stack: cdk.Stack, bucket: s3.Bucket, pipeline: Pipeline, prefix: str, suffix: str, key: object
) -> None:
    S3Trigger(stack, "Upload", bucket=bucket, pipeline=pipeline, prefix=prefix, suffix=suffix)
    assert rule_of(synthesize(stack))["EventPattern"]["detail"]["object"] == {"key": [key]}


def test_the_rule_may_only_start_this_pipeline(stack: cdk.Stack, bucket: s3.Bucket, pipeline: Pipeline) -> None:
    S3Trigger(stack, "Upload", bucket=bucket, pipeline=pipeline)
    template = synthesize(stack)
    (machine_id,) = template.of_type("AWS::StepFunctions::StateMachine")
    assert statements_of(template, logical_id_prefix="Upload") == [
        {"Action": "states:StartExecution", "Effect": "Allow", "Resource": f"<{machine_id}>"}
    ]
    (target,) = rule_of(template)["Targets"]
    assert target["RoleArn"].startswith("<UploadRole")


def test_what_cannot_be_delivered_is_kept(stack: cdk.Stack, bucket: s3.Bucket, pipeline: Pipeline) -> None:
    trigger = S3Trigger(
        stack,
        "Upload",
        bucket=bucket,
        pipeline=pipeline,
        max_event_age=cdk.Duration.hours(1),
        retry_attempts=3,
    )
    template = synthesize(stack)
    (target,) = rule_of(template)["Targets"]
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3}
    assert target["DeadLetterConfig"]["Arn"].startswith("<UploadDeadLetters")
    queue = template.only("AWS::SQS::Queue")
    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 86_400
    statements = template.only("AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    assert {statement["Effect"] for statement in statements} == {"Allow", "Deny"}
    assert trigger.dead_letter_queue is not None


def test_another_dead_letter_queue_and_another_input(stack: cdk.Stack, bucket: s3.Bucket, pipeline: Pipeline) -> None:
    queue = sqs.Queue(stack, "Mine")
    trigger = S3Trigger(
        stack,
        "Upload",
        bucket=bucket,
        pipeline=pipeline,
        event_names=["Object Deleted"],
        event_input=events.RuleTargetInput.from_event_path("$.detail"),
        dead_letter_queue=queue,
    )
    template = synthesize(stack)
    rule = rule_of(template)
    assert rule["EventPattern"]["detail-type"] == ["Object Deleted"]
    assert rule["Targets"][0]["InputPath"] == "$.detail"
    assert len(template.of_type("AWS::SQS::Queue")) == 1
    assert trigger.dead_letter_queue is queue


def test_all_problems_at_once(stack: cdk.Stack, bucket: s3.Bucket, pipeline: Pipeline) -> None:
    with pytest.raises(ConfigurationError) as error:
        S3Trigger(
            stack,
            "Upload",
            bucket=bucket,
            pipeline=pipeline,
            event_names=["s3:ObjectCreated:*"],
            max_event_age=cdk.Duration.days(2),
            retry_attempts=186,
        )
    fields = [problem.field for problem in error.value.problems]
    assert fields == ["event_names", "max_event_age", "retry_attempts"]
    assert "S3Trigger 'Stack/Upload'" in str(error.value)
