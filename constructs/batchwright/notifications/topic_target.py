"""How rules publish to a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_events_targets as targets

if TYPE_CHECKING:
    from aws_cdk import aws_events as events
    from aws_cdk import aws_sns as sns


def topic_target(topic: sns.ITopic, *, message: events.RuleTargetInput | None = None) -> targets.SnsTopic:
    """Publish what a rule matches to a topic, through a role that may publish there and use the topic's key.

    Not through the topic's policy: an encrypted topic would then need a key policy for EventBridge as a service, and
    conditions that limit it to this account (`aws:SourceAccount`) are not supported for that.
    Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
             https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html (execution roles)

    Args:
        topic: Where the message goes.
        message: What is published; default: the whole event as JSON.
    """
    return targets.SnsTopic(topic, message=message, authorize_using_role=True)
