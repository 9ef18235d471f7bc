from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from support.pipelines import resolve
from support.synthesis import new_stack, synthesize

from batchwright.model import ConfigurationError
from batchwright.notifications.topic import NotificationTopic

if TYPE_CHECKING:
    import aws_cdk as cdk


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


def test_a_topic_has_a_key_of_its_own_that_rotates(stack: cdk.Stack) -> None:
    NotificationTopic(stack, "Topic")
    template = synthesize(stack)
    (key_id,) = template.of_type("AWS::KMS::Key")
    assert template.only("AWS::KMS::Key")["EnableKeyRotation"] is True
    assert resolve(template.only("AWS::SNS::Topic")["KmsMasterKeyId"], template) == f"<{key_id}.Arn>"


def test_alarms_of_this_account_may_publish_and_use_the_key(stack: cdk.Stack) -> None:
    NotificationTopic(stack, "Topic")
    template = synthesize(stack)
    policies = template.only("AWS::SNS::TopicPolicy")["PolicyDocument"], template.only("AWS::KMS::Key")["KeyPolicy"]
    for policy, actions in zip(policies, ("sns:Publish", ["kms:Decrypt", "kms:GenerateDataKey*"]), strict=True):
        (alarms,) = [s for s in resolve(policy["Statement"], template) if "Service" in s["Principal"]]
        assert alarms["Effect"] == "Allow"
        assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert alarms["Action"] == actions
        assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_a_new_key_goes_with_its_topic(stack: cdk.Stack) -> None:
    NotificationTopic(stack, "Topic")
    (key,) = [one for one in synthesize(stack).resources.values() if one["Type"] == "AWS::KMS::Key"]
    assert key["DeletionPolicy"] == "Delete"


def test_messages_travel_over_tls_only(stack: cdk.Stack) -> None:
    NotificationTopic(stack, "Topic")
    statements = synthesize(stack).only("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    (refusal,) = [statement for statement in statements if statement["Effect"] == "Deny"]
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_an_existing_topic_is_used_as_it_is(stack: cdk.Stack) -> None:
    topic = sns.Topic(stack, "Mine")
    notification = NotificationTopic(stack, "Topic", topic=topic)
    assert notification.topic is topic
    assert notification.key is None
    assert not synthesize(stack).of_type("AWS::KMS::Key")


def test_an_existing_key_is_used_as_it_is(stack: cdk.Stack) -> None:
    key = kms.Key(stack, "Mine")
    assert NotificationTopic(stack, "Topic", key=key).key is key
    assert len(synthesize(stack).of_type("AWS::KMS::Key")) == 1


def test_subscriptions(stack: cdk.Stack) -> None:
    topic = NotificationTopic(stack, "Topic").add_email("team@example.org")
    topic.add_subscription(subscriptions.SqsSubscription(sqs.Queue(stack, "Queue")))
    protocols = {s["Protocol"] for s in synthesize(stack).of_type("AWS::SNS::Subscription").values()}
    assert protocols == {"email", "sqs"}


@pytest.mark.parametrize("address", ["", "team", "@example.org", "team@", "a b@example.org"])
def test_what_is_no_address(stack: cdk.Stack, address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"address = .*name@example\.org"):
        NotificationTopic(stack, "Topic").add_email(address)


def test_topic_and_key_exclude_each_other(stack: cdk.Stack) -> None:
    with pytest.raises(ConfigurationError, match="key = "):
        NotificationTopic(stack, "Topic", topic=sns.Topic(stack, "T"), key=kms.Key(stack, "K"))
