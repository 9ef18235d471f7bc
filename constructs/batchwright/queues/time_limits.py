"""How long a job may wait at the head of a queue before Batch cancels it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_batch as batch

from batchwright.model import Problem
from batchwright.tokens import within

if TYPE_CHECKING:
    from collections.abc import Sequence

_MINIMUM: Final = 600
_MAXIMUM: Final = 86_400
SAFE_MISCONFIGURATION_SECONDS: Final = 1_800
"""Below this, jobs were cancelled that only waited for an environment to scale up.
https://github.com/nextflow-io/nextflow/issues/7479"""


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
        return [
            Problem(f"time_limits.{field}", value, f"{_MINIMUM} to {_MAXIMUM} s", fix)
            for field, value, fix in (
                ("capacity_seconds", self.capacity_seconds, "Four hours (14400) suit most queues."),
                ("misconfiguration_seconds", self.misconfiguration_seconds, "One hour (3600) is safe."),
            )
            if not within(value, _MINIMUM, _MAXIMUM)
        ]

    @property
    def is_hasty(self) -> bool:
        """Whether jobs that only wait for a host to boot may be cancelled as misconfigured."""
        return not within(self.misconfiguration_seconds, SAFE_MISCONFIGURATION_SECONDS, _MAXIMUM)

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
