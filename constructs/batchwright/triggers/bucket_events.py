"""Switching on a bucket's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

if TYPE_CHECKING:
    from constructs import Construct

WARNING_ID = "batchwright:bucketEvents"


def send_events(bucket: s3.IBucket, *, warn: Construct) -> None:
    """Let a bucket send its events to EventBridge.

    A bucket of this app is switched on by its own CloudFormation property, without the custom resource and the
    function that `enable_event_bridge_notification` adds; a bucket that has that custom resource already (because it
    notifies something directly) uses it, as it would overwrite the property. An imported bucket cannot be changed
    from here: the construct `warn` gets a warning that says what to do, to be acknowledged when it is done.
    """
    resource = bucket.node.default_child
    if bucket.node.try_find_child("Notifications") is not None:
        bucket.enable_event_bridge_notification()
    elif isinstance(resource, s3.CfnBucket):
        resource.add_property_override("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True)
    else:
        cdk.Annotations.of(warn).add_warning_v2(
            WARNING_ID,
            "The bucket is imported, so its events cannot be switched on from here. Where it is made, set "
            "event_bridge_enabled=True; or run: aws s3api put-bucket-notification-configuration --bucket NAME "
            "--notification-configuration '{\"EventBridgeConfiguration\": {}}' (this replaces the configuration that "
            "it has). Then acknowledge this warning.",
        )
