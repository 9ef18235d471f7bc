"""Names and ARNs."""

from __future__ import annotations

import re
import uuid
from typing import Final

from batchwright.local.engine.errors import BatchError, not_executed

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_JOB_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_RULE: Final = "up to 128 letters, digits, hyphens (-) and underscores (_)"


class Names:
    """Forms and checks the names of one account in one region."""

    def __init__(self, *, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.partition = "aws-cn" if region.startswith("cn-") else "aws-us-gov" if "-gov-" in region else "aws"

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of a Batch resource, such as `arn:aws:batch:us-east-1:123456789012:job-queue/name`."""
        return f"arn:{self.partition}:batch:{self.region}:{self.account}:{kind}/{name}"

    def cluster_arn(self, environment: str, ident: str) -> str:
        """Return the ARN of the ECS cluster that a compute environment with this id would have."""
        return f"arn:{self.partition}:ecs:{self.region}:{self.account}:cluster/AWSBatch-{environment}-{ident}"

    def task_arn(self, cluster: str, task_id: str) -> str:
        """Return the ARN of the ECS task that an attempt would be, in a cluster of this name."""
        return f"arn:{self.partition}:ecs:{self.region}:{self.account}:task/{cluster}/{task_id}"

    def pod_name(self, task_id: str) -> str:
        """Return the name of the pod that an attempt on Amazon EKS would be."""
        return f"aws-batch.{uuid.UUID(task_id)}"


def name_matches(pattern: str, name: str) -> bool:
    """Match a name with a filter's value: without regard to case, and a star at the end stands for anything."""
    low = pattern.lower()
    return name.lower().startswith(low[:-1]) if low.endswith("*") else name.lower() == low


def check_name(field: str, name: str) -> str:
    """Return a resource's name, or raise BatchError when AWS would refuse it."""
    if not _NAME.fullmatch(name):
        raise BatchError(f"{field} {name!r} should match valid pattern: {_RULE}.")
    return name


def check_job_name(name: str) -> str:
    """Return a job's name, or raise BatchError when AWS would refuse it."""
    if not _JOB_NAME.fullmatch(name):
        raise not_executed(f"Job name should match valid pattern: {_RULE}, the first a letter or digit")
    return name
