"""The ECS cluster that AWS Batch makes for a compute environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient


def find_cluster(batch: BatchClient, environment: str) -> str:
    """ARN of an environment's cluster.

    Raises:
        LookupError: There is no such environment, or it has no cluster.
    """
    found = batch.describe_compute_environments(computeEnvironments=[environment])["computeEnvironments"]
    arn = found[0].get("ecsClusterArn") if found else None
    if not arn:
        why = f"{found[0].get('status')}: {found[0].get('statusReason')}" if found else "there is no such environment"
        message = f"{environment} has no ECS cluster ({why})"
        raise LookupError(message)
    return str(arn)
