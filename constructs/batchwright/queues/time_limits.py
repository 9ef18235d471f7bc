"""How long a job may wait at the head of a queue before Batch cancels it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_batch as batch

from batchwright.model.time_limits import hasty_limit_problems, time_limit_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Problem

_CAPACITY: Final = "time_limits.capacity_seconds"
_MISCONFIGURATION: Final = "time_limits.misconfiguration_seconds"


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Cancels jobs that can never start, instead of leaving them RUNNABLE for ever.

    Attributes:
        capacity_seconds: While AWS has no instance of the types (it usually gets some): 4 hours by default.
        misconfiguration_seconds: While no environment of the queue could ever hold the job: 1 hour by default. Below
            30 minutes the queue warns: a scale-up reports the same reasons for a while, and good jobs are cancelled.

    Both take 10 minutes to 24 hours.
    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html
    """

    capacity_seconds: int = 4 * 3_600
    misconfiguration_seconds: int = 3_600

    def problems(self) -> Sequence[Problem]:
        """Find what is out of range."""
        found: list[Problem] = []
        if not is_token(self.capacity_seconds):
            found += time_limit_problems(self.capacity_seconds, field=_CAPACITY, misconfigured=False)
        if not is_token(self.misconfiguration_seconds):
            found += time_limit_problems(self.misconfiguration_seconds, field=_MISCONFIGURATION, misconfigured=True)
        return found

    def advice(self) -> Sequence[Problem]:
        """Find what AWS takes, and cancels jobs as misconfigured that only wait for a host to boot."""
        if is_token(self.misconfiguration_seconds):
            return []
        return hasty_limit_problems(self.misconfiguration_seconds, field=_MISCONFIGURATION)

    def render(self) -> list[batch.CfnJobQueue.JobStateTimeLimitActionProperty]:
        """Render as the queue's `JobStateTimeLimitActions`."""
        reasons = {
            "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY": self.capacity_seconds,
            "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE": self.misconfiguration_seconds,
            "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT": self.misconfiguration_seconds,
        }
        return [
            batch.CfnJobQueue.JobStateTimeLimitActionProperty(
                action="CANCEL", max_time_seconds=limit, reason=reason, state="RUNNABLE"
            )
            for reason, limit in reasons.items()
        ]
