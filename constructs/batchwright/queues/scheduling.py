"""How a queue chooses the next job: first come, first served, or by a scheduling policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batchwright.model import Problem
from batchwright.queues.fair_share import FairShare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

FIFO_ID = "Resource"
"""Construct id of a queue without a policy."""
FAIR_SHARE_ID = "FairShare"
"""Construct id of a queue with shares.

AWS neither adds a policy to a queue nor takes it away, and an update that tries fails. With another construct id
CloudFormation makes a new queue instead and removes the old one.
Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html (schedulingPolicyArn)
"""
QUOTA_SHARES_ID = "QuotaManaged"
"""Construct id of a queue with quota shares, for the same reason."""


def fair_share_problems(policy: object) -> Sequence[Problem]:
    """Find what is wrong with a queue's `fair_share`."""
    if isinstance(policy, FairShare):
        return policy.problems()
    # An interface of the CDK is a protocol, of which a text or a number keeps nothing.
    if policy is None or hasattr(policy, "scheduling_policy_arn"):
        return []
    fix = 'Use FairShare([Share("research", relative=4)]), or FairshareSchedulingPolicy of aws_cdk.aws_batch.'
    return [Problem("fair_share", policy, "a FairShare or an existing policy", fix)]


def policy_arn(scope: Construct, policy: FairShare | batch.ISchedulingPolicy | None) -> str | None:
    """Make the scheduling policy, or take an existing one: its ARN; None without one."""
    if policy is None:
        return None
    if isinstance(policy, FairShare):
        return batch.CfnSchedulingPolicy(scope, "SchedulingPolicy", fairshare_policy=policy.render()).attr_arn
    return policy.scheduling_policy_arn
