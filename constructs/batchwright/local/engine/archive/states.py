"""What changes of a job, in values that JSON has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.jobs.job import NEW
from batchwright.local.engine.jobs.states import AttemptRecord, JobState, JobStatus
from batchwright.local.engine.runner import ContainerExit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchwright.local.engine.jobs.job import Job

# What an attempt, or the wait for one, has besides the state.
_PLAIN: Final = ("doomed", "stopping", "stuck", "runnable_at", "task_id", "attempt_started_at")
_DEFAULTS: Final = tuple(NEW)


def plain_state(state: JobState) -> dict[str, Any]:
    """Return a state without what it has by default."""
    members = zip(JobState._fields, state, _DEFAULTS, strict=True)
    found: dict[str, Any] = {name: value for name, value, default in members if value is not default}
    found["status"] = str(state.status)
    if state.attempts:
        found["attempts"] = [list(one._replace(containers=_plain_exits(one.containers))) for one in state.attempts]
    if state.containers:
        found["containers"] = _plain_exits(state.containers)
    if state.summary is not None:
        found["summary"] = list(state.summary)
    return found


def state_of(plain: Mapping[str, Any]) -> JobState:
    """Return the state that `plain_state` was given."""
    changes: dict[str, Any] = {**plain, "status": JobStatus(plain["status"])}
    if "attempts" in plain:
        records = [AttemptRecord(*values) for values in plain["attempts"]]
        changes["attempts"] = tuple(record._replace(containers=_exits(record.containers)) for record in records)
    if "containers" in plain:
        changes["containers"] = _exits(plain["containers"])
    if "summary" in plain:
        changes["summary"] = tuple(plain["summary"])
    return NEW.changed(**changes)


def plain_rest(job: Job) -> dict[str, Any]:
    """Return what a job needs besides its state to go on; nothing for one that ended."""
    if job.state.status.terminal:
        return {}
    found = {name: value for name in _PLAIN if (value := getattr(job, name)) is not None}
    if job.holds:
        found["holds"] = True
    if job.environment is not None:
        found["environment"] = job.environment.arn
    return found


def put_rest(job: Job, kept: Mapping[str, Any]) -> None:
    """Give a job what `plain_rest` returned, but for the environment, which is taken by who places it."""
    for name in _PLAIN:
        if name in kept:
            setattr(job, name, kept[name])
    if kept.get("holds"):
        job.holds = True
        for resource, quantity in job.spec.needs:
            resource.take(quantity)


def _plain_exits(exits: Iterable[ContainerExit]) -> Any:  # noqa: ANN401 - takes the place of exits
    return [[one.name, one.exit_code, one.reason] for one in exits]


def _exits(plain: Iterable[Any]) -> tuple[ContainerExit, ...]:
    return tuple(ContainerExit(name=name, exit_code=code, reason=reason) for name, code, reason in plain)
