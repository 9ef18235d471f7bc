"""The states of a job and what is known of it in each."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.runner import ContainerExit


class JobStatus(StrEnum):
    """Status of a job, in the order of its life (https://docs.aws.amazon.com/batch/latest/userguide/job_states.html).

    Attributes:
        position: Place in that order, from 0.
        terminal: True when a job in this status never leaves it.
        placed: True when a job in this status runs, or is about to.
    """

    position: int
    terminal: bool
    placed: bool

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


# Plain attributes, not properties: they are read several times for every transition of every job.
for _position, _status in enumerate(JobStatus):
    _status.position = _position
    _status.terminal = _status in (JobStatus.SUCCEEDED, JobStatus.FAILED)
    _status.placed = _status in (JobStatus.STARTING, JobStatus.RUNNING)


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
NODE_TRANSITIONS: Final[dict[JobStatus, frozenset[JobStatus]]] = {
    **TRANSITIONS,
    # A node that ended waits for the others; when the job is tried again, it is too.
    _S.SUCCEEDED: frozenset({_S.RUNNABLE}),
    _S.FAILED: frozenset({_S.RUNNABLE}),
}
"""The same for the nodes of a multi-node parallel job."""


def _masks(transitions: dict[JobStatus, frozenset[JobStatus]]) -> tuple[int, ...]:
    return tuple(sum(1 << after.position for after in transitions[before]) for before in JobStatus)


_MASKS: Final = _masks(TRANSITIONS)
_NODE_MASKS: Final = _masks(NODE_TRANSITIONS)


def may_follow(before: JobStatus, after: JobStatus, *, node: bool) -> bool:
    """Say whether a job, or a node of one, may go from one status to another."""
    return bool((_NODE_MASKS if node else _MASKS)[before.position] >> after.position & 1)


class AttemptRecord(NamedTuple):
    """An attempt that ended. Times are milliseconds since the epoch; cluster and namespace are those of a pod."""

    task_arn: str
    log_stream_name: str | None
    exit_code: int | None
    reason: str | None
    started_at: int | None
    stopped_at: int
    status_reason: str | None
    containers: tuple[ContainerExit, ...] = ()
    cluster_arn: str | None = None
    namespace: str | None = None


class JobState(NamedTuple):
    """All of a job that changes, replaced as a whole (`changed`) at each transition.

    A tuple, because a million jobs have one each and make five of them. An event keeps a reference to the state it
    tells of, so it can be rendered later, outside the engine's lock. Times are milliseconds since the epoch. `summary`
    counts an array's children by status, in the order of JobStatus.
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
    containers: tuple[ContainerExit, ...] = ()
    is_cancelled: bool = False
    is_terminated: bool = False
    summary: tuple[int, ...] | None = None

    def changed(self, **changes: Any) -> JobState:  # noqa: ANN401 - any of the members
        """Return a copy with other values; a third of the time that `_replace` takes."""
        return self.moved(self.status, changes)

    def moved(self, status: JobStatus, changes: Mapping[str, Any]) -> JobState:
        """Return a copy with another status, and with the values of these members."""
        values = list(self)
        values[0] = status
        for name, value in changes.items():
            values[_PLACES[name]] = value
        return tuple.__new__(JobState, values)


_PLACES: Final = {name: place for place, name in enumerate(JobState._fields)}
