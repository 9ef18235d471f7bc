"""How long a job may stand at the head of a queue before Batch ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html
_MINIMUM: Final = 600
_MAXIMUM: Final = 86_400
SAFE_MISCONFIGURATION_SECONDS: Final = 1_800
"""Below this, jobs were cancelled that only waited for an environment to scale up.
https://github.com/nextflow-io/nextflow/issues/7479"""


def time_limit_problems(seconds: float, *, field: str = "max_time_seconds", misconfigured: bool) -> Sequence[Problem]:
    """Find a time limit outside its range.

    Args:
        seconds: The limit.
        field: What the caller calls it.
        misconfigured: Whether it is for jobs that no environment could ever hold, not for a lack of capacity.
    """
    if _MINIMUM <= seconds <= _MAXIMUM:
        return []
    fix = "One hour (3600) is safe." if misconfigured else "Four hours (14400) suit most queues."
    return [Problem(field, tidy(seconds), f"{_MINIMUM} to {_MAXIMUM} s", fix)]


def hasty_limit_problems(seconds: float, *, field: str = "max_time_seconds") -> Sequence[Problem]:
    """Find a limit for misconfigured jobs that is in its range, and cancels jobs that only wait for a host to boot."""
    if not _MINIMUM <= seconds < SAFE_MISCONFIGURATION_SECONDS:
        return []
    allowed = f"{SAFE_MISCONFIGURATION_SECONDS} s or more: below, a job that only waits for a host may be cancelled"
    return [Problem(field, tidy(seconds), allowed, "One hour (3600) is safe.")]


def time_limit_action_problems(*, action: str | None, state: str | None, service: bool | None) -> Sequence[Problem]:
    """Find an action or a state that a time limit does not take.

    Args:
        action: What is done with the job; None when open.
        state: The state it is in; None when open.
        service: Whether the queue is for service jobs (SageMaker training); None when open.
    """
    found = []
    if state not in {None, "RUNNABLE"}:
        found.append(Problem("state", state, "RUNNABLE, the only state with a time limit", "Use RUNNABLE."))
    if action is not None and service is not None:
        right = "TERMINATE" if service else "CANCEL"
        jobs = "service jobs" if service else "container jobs"
        if action != right:
            found.append(Problem("action", action, f"{right} in a queue for {jobs}", f"Use {right}."))
    return found
