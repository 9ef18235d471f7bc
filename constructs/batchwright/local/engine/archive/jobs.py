"""Jobs in plain values, and jobs from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.jobs.job import Job, JobSpec, Size
from batchwright.local.engine.jobs.lifecycle import CLOSED
from batchwright.local.engine.jobs.retries import ExitCondition, RetryStrategy
from batchwright.local.engine.jobs.states import AttemptRecord, JobState, JobStatus
from batchwright.local.engine.queues.job_queue import JobQueue
from batchwright.local.engine.runner import ContainerExit
from batchwright.local.engine.tasks.container import Condition, Container, ContainerDependency, LogTarget, Router
from batchwright.local.engine.tasks.node_tasks import Nodes
from batchwright.local.engine.tasks.task import Task
from batchwright.local.engine.tasks.volumes import (
    ClaimVolume,
    EmptyVolume,
    FileSystemVolume,
    HostVolume,
    Mount,
    SecretVolume,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.api.records import RecordStore
    from batchwright.local.engine.consumables.registry import ConsumableResource
    from batchwright.local.engine.definitions.registry import JobDefinitions
    from batchwright.local.engine.jobs.submission import Submission
    from batchwright.local.engine.jobs.table import JobTable

ARCHIVED: Final[tuple[type, ...]] = (
    AttemptRecord,
    ClaimVolume,
    Condition,
    Container,
    ContainerDependency,
    ContainerExit,
    EmptyVolume,
    ExitCondition,
    FileSystemVolume,
    HostVolume,
    JobState,
    JobStatus,
    LogTarget,
    Mount,
    Nodes,
    RetryStrategy,
    Router,
    SecretVolume,
    Size,
    Task,
)
"""What an archive has besides plain values: data classes, named tuples and enumerations."""
_REFERENCES: Final = ("queue", "definition", "needs")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobArchive:
    """Takes jobs out of a table and puts them into one.

    Attributes:
        jobs: The table.
        queues: The queues that jobs name; one that was deleted is kept with its jobs.
        definitions: The definitions that they name.
        consumables: The resources that they needed.
        submission: Numbers new jobs.
    """

    jobs: JobTable
    queues: RecordStore[JobQueue]
    definitions: JobDefinitions
    consumables: RecordStore[ConsumableResource]
    submission: Submission

    def take(self, at: int) -> list[dict[str, Any]]:
        """Return the jobs, those of an array or of several nodes with their parts."""
        whole = [job for job in self.jobs if job.parent is None and job.whole is None]
        return [self._taken(job, at) for job in sorted(whole)]

    def put(self, kept: list[dict[str, Any]]) -> None:
        """Put jobs into the table, and have new ones numbered after them."""
        # Those of deleted queues first: a queue of the same name does not list them.
        gone = [entry for entry in kept if entry["gone"] is not None]
        for entry in gone:
            queue = JobQueue(**entry["gone"], environments=(), services=(), policy=None)
            self.jobs.add(self._put(entry, queue))
            self.jobs.drop_queue(queue)
        for entry in kept:
            if entry["gone"] is None:
                self.jobs.add(self._put(entry, self.queues.get(entry["spec"]["queue"])))
        found = [job for entry in kept if (job := self.jobs.get(entry["id"]))]
        # In the order of their ends, as they are forgotten.
        for job in sorted(found, key=lambda job: job.state.stopped_at or 0):
            self.jobs.ended(job)
        self.submission.continue_after(max((job.order for job in self.jobs), default=-1))

    def _taken(self, job: Job, at: int) -> dict[str, Any]:
        spec, parts = job.spec, (*job.children, *job.nodes)
        queue = spec.queue
        listed = job.order in self.jobs.of_queue(queue) and self.queues.find(queue.arn) is queue
        plain = {each.name: getattr(spec, each.name) for each in fields(JobSpec) if each.name not in _REFERENCES}
        needs = [(one.arn, quantity) for one, quantity in spec.needs if self.consumables.find(one.arn) is one]
        return {
            "id": job.id,
            "arn": job.arn,
            "order": job.order,
            "created_at": job.created_at,
            "tags": job.tags,
            "state": _ended(job.state, at),
            "parts": [(part.order, part.tags, _ended(part.state, at)) for part in parts],
            "spec": {**plain, "queue": queue.arn, "definition": spec.definition.arn, "needs": needs},
            "gone": None if listed else {"name": queue.name, "arn": queue.arn, "record": queue.record},
        }

    def _put(self, kept: Mapping[str, Any], queue: JobQueue) -> Job:
        values = kept["spec"]
        needs = tuple((self.consumables.get(arn), quantity) for arn, quantity in values["needs"])
        spec = JobSpec(**{**values, "queue": queue, "definition": self._definition(values), "needs": needs})
        made = {name: kept[name] for name in ("id", "arn", "order", "created_at", "tags")}
        job = Job(**made, spec=spec)
        job.state = kept["state"]
        array = spec.array_size is not None
        parts = [_part(job, index, part, array=array) for index, part in enumerate(kept["parts"])]
        if array:
            job.children = parts
            statuses = [part.status for part in parts]
            job.counts = [statuses.count(status) for status in JobStatus]
        else:
            job.nodes = parts
        return job

    def _definition(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a JobDefinition, looked up
        found = self.definitions.find(values["definition"])
        if found is None:
            raise LookupError(f"there is no job definition {values['definition']}")
        return found


def _part(job: Job, index: int, kept: tuple[int, Mapping[str, str], JobState], *, array: bool) -> Job:
    order, tags, state = kept
    part = Job(
        order=order,
        spec=job.spec,
        created_at=job.created_at,
        tags=tags,
        index=index,
        parent=job if array else None,
        whole=None if array else job,
    )
    part.state = state
    return part


def _ended(state: JobState, at: int) -> JobState:
    if state.status.terminal:
        return state
    return state.changed(status=JobStatus.FAILED, status_reason=CLOSED, stopped_at=at)
