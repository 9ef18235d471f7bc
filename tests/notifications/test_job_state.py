from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import aws_sns as sns
from support.pipelines import ACCOUNT, REGION, FakeJob, FakeQueue, resolve, statements_of
from support.synthesis import new_stack, synthesize

from batchwright.model import ConfigurationError
from batchwright.notifications.job_state import JobStateNotifier

if TYPE_CHECKING:
    import aws_cdk as cdk


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


def detail_of(stack: cdk.Stack) -> dict[str, object]:
    template = synthesize(stack)
    pattern = resolve(template.only("AWS::Events::Rule")["EventPattern"], template)
    assert pattern["source"] == ["aws.batch"]
    assert pattern["detail-type"] == ["Batch Job State Change"]
    return pattern["detail"]


def test_failed_jobs_of_a_queue_without_the_children_of_arrays(stack: cdk.Stack) -> None:
    JobStateNotifier(stack, "Failures", queues=[FakeQueue("a"), FakeQueue("b")])
    assert detail_of(stack) == {
        "status": ["FAILED"],
        "jobQueue": [FakeQueue("a").job_queue_arn, FakeQueue("b").job_queue_arn],
        "arrayProperties": {"index": [{"exists": False}]},
    }


def test_jobs_in_every_revision(stack: cdk.Stack) -> None:
    JobStateNotifier(stack, "Failures", jobs=[FakeJob(stack, "Embed")], include_array_children=True)
    assert detail_of(stack) == {
        "status": ["FAILED"],
        "jobDefinition": [{"prefix": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/Embed:"}],
    }


def test_other_states(stack: cdk.Stack) -> None:
    JobStateNotifier(stack, "Ends", states=["SUCCEEDED", "FAILED"])
    assert detail_of(stack)["status"] == ["SUCCEEDED", "FAILED"]


def test_the_message_is_a_sentence(stack: cdk.Stack) -> None:
    JobStateNotifier(stack, "Failures")
    (target,) = synthesize(stack).only("AWS::Events::Rule")["Targets"]
    transformer = target["InputTransformer"]
    assert transformer["InputTemplate"].startswith('"Batch job <')
    # No free text, such as a status reason: a quote in it would make the message undeliverable.
    assert set(transformer["InputPathsMap"].values()) == {
        "$.time",
        "$.detail.jobName",
        "$.detail.jobId",
        "$.detail.jobQueue",
        "$.detail.status",
        "$.detail.container.logStreamName",
    }


def test_it_publishes_with_a_role_that_may_do_nothing_else(stack: cdk.Stack) -> None:
    notifier = JobStateNotifier(stack, "Failures")
    template = synthesize(stack)
    statements = statements_of(template)
    assert [statement["Action"] for statement in statements] == ["sns:Publish", ["kms:Decrypt", "kms:GenerateDataKey*"]]
    assert notifier.notification_topic is not None
    assert notifier.topic is notifier.notification_topic.topic


def test_an_existing_topic(stack: cdk.Stack) -> None:
    topic = sns.Topic(stack, "Mine")
    notifier = JobStateNotifier(stack, "Failures", topic=topic)
    assert notifier.topic is topic
    assert notifier.notification_topic is None
    assert len(synthesize(stack).of_type("AWS::SNS::Topic")) == 1


@pytest.mark.parametrize("states", [[], ["DONE"], ["FAILED", "failed"]])
def test_states_that_do_not_exist(stack: cdk.Stack, states: list[str]) -> None:
    with pytest.raises(ConfigurationError, match=r"states = .*SUBMITTED, PENDING"):
        JobStateNotifier(stack, "Failures", states=states)
