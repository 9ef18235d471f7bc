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
# Below this, jobs were cancelled that only waited for an environment to scale up.
_SAFE_MISCONFIGURATION: Final = 1_800


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Cancels jobs that can never start, instead of leaving them RUNNABLE for ever.

    Attributes:
        capacity_seconds: While AWS has no instance of the types (it usually gets some): 4 hours by default.
        misconfiguration_seconds: While no environment of the queue could ever hold the job: 1 hour by default. At
            least 30 minutes: a scale-up reports the same reasons for a while, and shorter limits kill good jobs.

    Both take up to 24 hours.
    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html
    """

    capacity_seconds: int = 4 * 3_600
    misconfiguration_seconds: int = 3_600

    def problems(self) -> Sequence[Problem]:
        """Find what is out of range."""
        found = []
        if not within(self.capacity_seconds, _MINIMUM, _MAXIMUM):
            found.append(
                Problem(
                    "time_limits.capacity_seconds",
                    self.capacity_seconds,
                    f"{_MINIMUM} to {_MAXIMUM} s",
                    "Four hours (14400) suit most queues.",
                )
            )
        if not within(self.misconfiguration_seconds, _SAFE_MISCONFIGURATION, _MAXIMUM):
            found.append(
                Problem(
                    "time_limits.misconfiguration_seconds",
                    self.misconfiguration_seconds,
                    f"{_SAFE_MISCONFIGURATION} to {_MAXIMUM} s",
                    "Shorter limits cancel jobs that only wait for a host to boot; one hour (3600) is safe.",
                )
            )
        return found

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
