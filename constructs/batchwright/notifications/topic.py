"""A topic for everything that a person or a system should hear about."""

from __future__ import annotations

from typing import Self

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from batchwright.model import Problems
from batchwright.model.arguments import like_problems
from batchwright.tokens import is_token, where


class NotificationTopic(Construct):
    """An SNS topic, encrypted with a key of its own, that takes and gives messages over TLS only.

    Pipelines and notifiers publish through roles of their own, CloudWatch alarms of this account directly. Other AWS
    services need a grant: `topic.grant_publish(iam.ServicePrincipal(...))` covers the key too.

    Args:
        scope: The parent.
        construct_id: The id below it.
        topic: A topic to use instead of a new one, with its own key or none.
        key: A customer-managed key for the new topic. The policy of an imported one cannot be changed from here: where
            alarms publish, it must let CloudWatch use the key.

    Raises:
        ConfigurationError: Both `topic` and `key` are given, or something else in their place.

    Attributes:
        topic: The topic.
        key: The key of the new topic; None when a topic was given.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        topic: sns.ITopic | None = None,
        key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        problems.extend(like_problems("topic", topic, "topic_arn", kind="an sns.ITopic", fix="Use sns.Topic(...)."))
        problems.extend(like_problems("key", key, "key_arn", kind="a kms.IKey", fix="Use kms.Key(...)."))
        problems.check(
            topic is None or key is None,
            field="key",
            value=key,
            allowed="a key for a new topic only",
            fix="Encrypt the given topic where it is made, or leave topic out.",
        )
        problems.raise_if_any()
        self.key: kms.IKey | None = None
        if topic is None:
            # It only ever holds messages on their way, so nothing is lost when it goes with the topic.
            self.key = key or kms.Key(
                self,
                "Key",
                enable_key_rotation=True,
                description="Messages of a notification topic",
                removal_policy=cdk.RemovalPolicy.DESTROY,
            )
            topic = sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=True)
            _let_alarms_publish(topic)
        self.topic: sns.ITopic = topic

    def add_email(self, address: str) -> Self:
        """Send messages to an e-mail address; SNS asks its owner to confirm.

        Raises:
            ConfigurationError: The text is not an address.
        """
        problems = Problems(where(self))
        name, at, host = address.partition("@")
        problems.check(
            is_token(address) or bool(name and at and host and " " not in address),
            field="address",
            value=address,
            allowed="an e-mail address",
            fix="Write it as name@example.org.",
        )
        problems.raise_if_any()
        return self.add_subscription(subscriptions.EmailSubscription(address))

    def add_subscription(self, subscription: sns.ITopicSubscription) -> Self:
        """Send messages to a queue, a function, a URL, ..."""
        self.topic.add_subscription(subscription)
        return self


def _let_alarms_publish(topic: sns.Topic) -> None:
    """Allow CloudWatch alarms of this account to publish and to use the key.

    A topic's own default policy would let them, but a topic that refuses plain HTTP has another one.
    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    this_account = {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
    topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com", conditions=this_account))
