"""How long a job may wait at the head of a queue before Batch ends it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_batch as batch

from batchwright.model import Problem
from batchwright.model.time_limits import hasty_limit_problems, time_limit_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

_CAPACITY: Final = "time_limits.capacity_seconds"
_MISCONFIGURATION: Final = "time_limits.misconfiguration_seconds"
_CAPACITY_REASON: Final = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
# Source: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable_time_limit_actions.html
_CONTAINER_REASONS: Final = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
)
# Source: https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_time_limit_actions.html
_TRAINING_REASONS: Final = ("MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",)
_QUOTA_REASON: Final = "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED"


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Ends jobs that can never start, instead of leaving them RUNNABLE for ever.

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
        for field, limit in ((_CAPACITY, self.capacity_seconds), (_MISCONFIGURATION, self.misconfiguration_seconds)):
            judge = partial(time_limit_problems, field=field, misconfigured=field == _MISCONFIGURATION)
            if isinstance(limit, bool) or not isinstance(limit, int | float):
                found.append(Problem(field, limit, "a number of seconds", "Write a plain number."))
            elif not is_token(limit):
                found += judge(limit)
        return found

    def advice(self) -> Sequence[Problem]:
        """Find what AWS takes, and cancels jobs as misconfigured that only wait for a host to boot."""
        if is_token(self.misconfiguration_seconds):
            return []
        return hasty_limit_problems(self.misconfiguration_seconds, field=_MISCONFIGURATION)

    def render(self) -> list[batch.CfnJobQueue.JobStateTimeLimitActionProperty]:
        """Render as the `JobStateTimeLimitActions` of a queue for container jobs: they are cancelled."""
        return self._render("CANCEL", _CONTAINER_REASONS)

    def render_for_training(self, *, quota_shares: bool) -> list[batch.CfnJobQueue.JobStateTimeLimitActionProperty]:
        """Render as the `JobStateTimeLimitActions` of a queue for SageMaker training: jobs are terminated.

        Args:
            quota_shares: Whether the queue has quota shares, which jobs can exceed.
        """
        return self._render("TERMINATE", [*_TRAINING_REASONS, *([_QUOTA_REASON] if quota_shares else [])])

    def _render(
        self, action: str, misconfigurations: Sequence[str]
    ) -> list[batch.CfnJobQueue.JobStateTimeLimitActionProperty]:
        reasons = dict.fromkeys(misconfigurations, self.misconfiguration_seconds)
        return [
            batch.CfnJobQueue.JobStateTimeLimitActionProperty(
                action=action, max_time_seconds=limit, reason=reason, state="RUNNABLE"
            )
            for reason, limit in {_CAPACITY_REASON: self.capacity_seconds, **reasons}.items()
        ]
