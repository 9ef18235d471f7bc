"""Switching on a bucket's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import jsii
from aws_cdk import aws_s3 as s3

if TYPE_CHECKING:
    from constructs import Construct, IConstruct, Node

WARNING_ID = "batchwright:bucketEvents"
# The id that the CDK gives the custom resource of a bucket that notifies something directly.
_CUSTOM_RESOURCE = "Notifications"


def send_events(bucket: s3.IBucket, *, warn: Construct) -> None:
    """Let a bucket send its events to EventBridge.

    A bucket of this app is switched on by its own CloudFormation property, without the custom resource and the
    function that `enable_event_bridge_notification` adds; a bucket that has that custom resource (because it notifies
    something directly) uses it, as it would overwrite the property. An imported bucket cannot be changed from here:
    the construct `warn` gets a warning that says what to do, to be acknowledged when it is done.
    """
    node = bucket.node
    resource = node.default_child
    if isinstance(resource, s3.CfnBucket):
        # Decided at synthesis: the notification may be added after this.
        cdk.Aspects.of(resource).add(_EventsOn(bucket, node, resource))
    elif node.try_find_child(_CUSTOM_RESOURCE) is not None:
        bucket.enable_event_bridge_notification()
    else:
        cdk.Annotations.of(warn).add_warning_v2(
            WARNING_ID,
            "The bucket is imported, so its events cannot be switched on from here. Where it is made, set "
            "event_bridge_enabled=True; or run: aws s3api put-bucket-notification-configuration --bucket NAME "
            "--notification-configuration '{\"EventBridgeConfiguration\": {}}' (this replaces the configuration that "
            "it has). Then acknowledge this warning.",
        )


@jsii.implements(cdk.IAspect)
class _EventsOn:
    """Switches a bucket's events on once the app is complete."""

    def __init__(self, bucket: s3.IBucket, node: Node, resource: s3.CfnBucket) -> None:
        self._bucket = bucket
        self._node = node
        self._resource = resource

    def visit(self, node: IConstruct) -> None:
        del node
        if self._node.try_find_child(_CUSTOM_RESOURCE) is not None:
            self._bucket.enable_event_bridge_notification()
        else:
            self._resource.add_property_override(
                "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True
            )
