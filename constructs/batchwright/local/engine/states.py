"""The states of a job and what is known of it in each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class JobStatus(StrEnum):
    """Status of a job, in the order of its life (https://docs.aws.amazon.com/batch/latest/userguide/job_states.html)."""

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"

    @property
    def terminal(self) -> bool:
        """True when a job in this status never leaves it."""
        return self in (JobStatus.SUCCEEDED, JobStatus.FAILED)

    @property
    def placed(self) -> bool:
        """True when a job in this status holds capacity."""
        return self in (JobStatus.STARTING, JobStatus.RUNNING)


_S = JobStatus
TRANSITIONS: Final[dict[JobStatus, frozenset[JobStatus]]] = {
    _S.SUBMITTED: frozenset({_S.PENDING, _S.RUNNABLE, _S.FAILED}),
    # Only the parent of an array goes from PENDING to SUCCEEDED.
    _S.PENDING: frozenset({_S.RUNNABLE, _S.SUCCEEDED, _S.FAILED}),
    _S.RUNNABLE: frozenset({_S.STARTING, _S.FAILED}),
    # Back to RUNNABLE means another attempt.
    _S.STARTING: frozenset({_S.RUNNING, _S.RUNNABLE, _S.FAILED}),
    _S.RUNNING: frozenset({_S.RUNNABLE, _S.SUCCEEDED, _S.FAILED}),
    _S.SUCCEEDED: frozenset(),
    _S.FAILED: frozenset(),
}
"""Which status may follow which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """An attempt that ended. Times are milliseconds since the epoch."""

    task_arn: str
    log_stream_name: str | None
    exit_code: int | None
    reason: str | None
    started_at: int | None
    stopped_at: int
    status_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """All of a job that changes, replaced as a whole at each transition.

    An event keeps a reference to the state it tells of, so it can be rendered later, outside the engine's lock.
    Times are milliseconds since the epoch. `summary` counts an array's children by status, in the order of JobStatus.
    """

    status: JobStatus = JobStatus.SUBMITTED
    status_reason: str | None = None
    started_at: int | None = None
    stopped_at: int | None = None
    attempts: tuple[AttemptRecord, ...] = ()
    task_arn: str | None = None
    log_stream_name: str | None = None
    exit_code: int | None = None
    reason: str | None = None
    is_cancelled: bool = False
    is_terminated: bool = False
    summary: tuple[int, ...] | None = None
