"""Lambda function: custom resources that CloudFormation lacks around AWS Batch.

By `ResourceType` of the event:

- `Custom::BatchEcsCluster` looks up the ECS cluster of a compute environment (`ComputeEnvironment`, its ARN) and gives
  `Arn` and `Name` of the cluster.
- `Custom::BatchNamespaceAccess` lets AWS Batch manage pods in a namespace (`Namespace`) of an EKS cluster
  (`ClusterName`), through the access entry that Batch has made there for `PrincipalArn`.

CloudFormation gets an answer whatever happens; without one a stack waits for an hour.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import boto3
from answers import Answer, send
from ecs_cluster import find_cluster
from namespace_access import allow, withdraw

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger(__name__)
# Left for the answer itself, in seconds.
_RESERVE = 15.0


def handler(event: Mapping[str, Any], context: Any) -> None:  # noqa: ANN401 - Lambda's
    """Entry point of the function; see the module."""
    try:
        answer = respond(event, seconds=context.get_remaining_time_in_millis() / 1000 - _RESERVE)
    except Exception as error:
        _log.exception("%s of %s failed", event.get("RequestType"), event.get("LogicalResourceId"))
        answer = Answer(physical_id=event.get("PhysicalResourceId"), failure=f"{type(error).__name__}: {error}")
    send(answer, event)


def respond(event: Mapping[str, Any], *, seconds: float) -> Answer:
    """Do what the event asks for.

    Args:
        event: CloudFormation's request.
        seconds: How long something may be waited for.

    Raises:
        LookupError: There is no such environment, or no access entry in time.
        ValueError: The resource's type is none of those above.
    """
    properties, gone = event["ResourceProperties"], event["RequestType"] == "Delete"
    match event["ResourceType"]:
        case "Custom::BatchEcsCluster":
            if gone:
                return Answer(physical_id=event["PhysicalResourceId"])
            arn = find_cluster(boto3.client("batch"), properties["ComputeEnvironment"])
            return Answer(physical_id=arn, data={"Arn": arn, "Name": arn.rpartition("/")[2]})
        case "Custom::BatchNamespaceAccess":
            cluster, namespace = properties["ClusterName"], properties["Namespace"]
            client, principal = boto3.client("eks"), properties["PrincipalArn"]
            if gone:
                withdraw(client, cluster=cluster, principal=principal, namespace=namespace)
            else:
                allow(
                    client,
                    cluster=cluster,
                    principal=principal,
                    namespace=namespace,
                    until=time.monotonic() + seconds,
                    clock=time.monotonic,
                    sleep=time.sleep,
                )
            # What is deleted keeps its id, also one whose creation had failed before it got another.
            return Answer(physical_id=event["PhysicalResourceId"] if gone else f"{cluster}/{namespace}")
    message = f"unknown resource type {event['ResourceType']!r}"
    raise ValueError(message)
