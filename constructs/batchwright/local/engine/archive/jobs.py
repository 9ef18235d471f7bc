"""Jobs in plain values, and jobs from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.archive.states import plain_rest, plain_state, put_rest, state_of
from batchwright.local.engine.definitions.retries import ExitCondition, RetryStrategy
from batchwright.local.engine.jobs.dependencies import Dependencies
from batchwright.local.engine.jobs.job import NEW, Job, JobSpec
from batchwright.local.engine.jobs.states import JobStatus
from batchwright.local.engine.queues.job_queue import JobQueue
from batchwright.local.engine.tasks.container import Condition, Container, ContainerDependency, LogTarget, Router
from batchwright.local.engine.tasks.node_tasks import Nodes
from batchwright.local.engine.tasks.sizes import Size
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
    ClaimVolume,
    Condition,
    Container,
    ContainerDependency,
    EmptyVolume,
    ExitCondition,
    FileSystemVolume,
    HostVolume,
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

    def take(self) -> list[dict[str, Any]]:
        """Return the jobs, those of an array or of several nodes with their parts."""
        return [self.whole(job) for job in sorted(self.jobs.whole())]

    def whole(self, job: Job) -> dict[str, Any]:
        """Return all of a job that is no part of another one."""
        spec = job.spec
        queue = spec.queue
        listed = job.order in self.jobs.of_queue(queue) and self.queues.find(queue.arn) is queue
        plain = {each.name: getattr(spec, each.name) for each in fields(JobSpec) if each.name not in _REFERENCES}
        needs = [[one.arn, quantity] for one, quantity in spec.needs if self.consumables.find(one.arn) is one]
        return {
            "id": job.id,
            "arn": job.arn,
            "order": job.order,
            "created_at": job.created_at,
            "own": self.own(job),
            "parts": [self._part(job, part) for part in (*job.children, *job.nodes)],
            "spec": {**plain, "queue": queue.arn, "definition": spec.definition.arn, "needs": needs},
            "gone": None if listed else {"name": queue.name, "arn": queue.arn, "record": queue.record},
        }

    @staticmethod
    def own(job: Job) -> list[Any]:
        """Return what changes of a job, or of a part of one: its state, what else goes on, its tags. All is JSON."""
        return [plain_state(job.state), plain_rest(job), [[*tag] for tag in job.tags.items()]]

    def _part(self, job: Job, part: Job) -> list[Any] | None:
        # Of most parts of a new job there is nothing to say.
        same = part.state is NEW and part.doomed is None and part.tags is job.tags
        return None if same else self.own(part)

    def put(self, kept: list[dict[str, Any]]) -> None:
        """Put jobs into the table, and have new ones numbered after them."""
        # Those of deleted queues first: a queue of the same name does not list them.
        for entry in kept:
            if entry["gone"] is not None:
                queue = JobQueue(**entry["gone"], environments=(), services=(), policy=None)
                self.jobs.add(self._made(entry, queue))
                self.jobs.drop_queue(queue)
        for entry in kept:
            if entry["gone"] is None:
                self.jobs.add(self._made(entry, self.queues.get(entry["spec"]["queue"])))
        found = {entry["id"]: job for entry in kept if (job := self.jobs.get(entry["id"]))}
        for entry in kept:
            self._go_on(found[entry["id"]], entry)
        # In the order of their ends, as they are forgotten.
        for job in sorted(found.values(), key=lambda job: job.state.stopped_at or 0):
            if job.status.terminal:
                self.jobs.ended(job)
        self.submission.continue_after(max((entry["order"] + len(entry["parts"]) for entry in kept), default=-1))

    def _made(self, kept: Mapping[str, Any], queue: JobQueue) -> Job:
        values = kept["spec"]
        # A resource that was deleted since is no longer needed by anything that goes on.
        needs = tuple((one, quantity) for arn, quantity in values["needs"] if (one := self.consumables.find(arn)))
        spec = JobSpec(**{**values, "queue": queue, "definition": self._definition(values), "needs": needs})
        made = {name: kept[name] for name in ("id", "arn", "order", "created_at")}
        job = Job(**made, tags=dict(kept["own"][2]), spec=spec)
        job.state = state_of(kept["own"][0])
        array = spec.array_size is not None
        parts = [_part(job, index, part, array=array) for index, part in enumerate(kept["parts"])]
        if array:
            job.children = parts
            statuses = [part.status for part in parts]
            job.counts = [statuses.count(status) for status in JobStatus]
        else:
            job.nodes = parts
        return job

    def _go_on(self, job: Job, kept: Mapping[str, Any]) -> None:
        """Have a job that has not ended wait for what it waited for, and hold what it held."""
        if job.status.terminal:
            return
        # A job that was forgotten had ended, and well: what depends on one that failed is told so at once.
        entries = [entry for entry in job.spec.depends_on if not entry.get("jobId") or self.jobs.get(entry["jobId"])]
        size = job.spec.array_size
        Dependencies.parse(list(entries), jobs=self.jobs, array_size=size, most=len(entries)).attach(job)
        put_rest(job, kept["own"][1])
        for part, own in zip((*job.children, *job.nodes), kept["parts"], strict=True):
            if own is not None:
                put_rest(part, own[1])

    def _definition(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a JobDefinition, looked up
        found = self.definitions.find(values["definition"])
        if found is None:
            raise LookupError(f"there is no job definition {values['definition']}")
        return found


def _part(job: Job, index: int, kept: list[Any] | None, *, array: bool) -> Job:
    part = Job(
        # Parts are numbered with the job, which comes before them.
        order=job.order + 1 + index,
        spec=job.spec,
        created_at=job.created_at,
        tags=job.tags if kept is None else dict(kept[2]),
        index=index,
        parent=job if array else None,
        whole=None if array else job,
    )
    if kept is not None:
        part.state = state_of(kept[0])
    return part
