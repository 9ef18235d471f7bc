"""Lambda function: let a host's jobs end before Auto Scaling ends the host.

Two kinds of events come in:

- Auto Scaling is about to end a host and waits (a lifecycle hook): ECS places no more jobs on it.
- A host that drains has no task any more: if Auto Scaling wants to end it, it may.

When jobs outlast the hook, or the host's agent is dead and tells nothing of them, Auto Scaling ends the host anyway.
Variables: CLUSTER (ARN of the ECS cluster), GROUP (the
Auto Scaling group) and HOOK (its lifecycle hook).
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from draining import Drain, Group

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def _drain() -> Drain:
    """One pair of clients for all invocations of this environment, as Lambda advises."""
    group = Group(cluster=os.environ["CLUSTER"], name=os.environ["GROUP"], hook=os.environ["HOOK"])
    return Drain(group, ecs=boto3.client("ecs"), autoscaling=boto3.client("autoscaling"))


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Entry point of the function; see the module."""
    detail = event["detail"]
    if event["source"] == "aws.autoscaling":
        _drain().host_ends(detail["EC2InstanceId"])
    else:
        _drain().let_go(detail["ec2InstanceId"])
