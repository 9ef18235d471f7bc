"""Which job waits for which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.local.engine.errors import BatchError, not_executed
from batchwright.local.engine.jobs.states import JobStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.table import JobTable

DEPENDENCY_FAILED = "Dependent Job failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """The checked `dependsOn` of a SubmitJob request.

    Attributes:
        whole: Jobs that must succeed before the job, or any child of the array, begins.
        by_index: Arrays whose child with the same index must succeed before a child begins (N_TO_N).
        sequential: True when each child waits for the one before it.
    """

    whole: tuple[Job, ...] = ()
    by_index: tuple[Job, ...] = ()
    sequential: bool = False

    @classmethod
    def parse(
        cls, entries: list[Mapping[str, str]], *, jobs: JobTable, array_size: int | None, most: int
    ) -> Dependencies:
        """Read `dependsOn`.

        Raises:
            BatchError: More than `most` entries, a job that does not exist, or a type that does not fit: both types
                are for arrays only, N_TO_N needs an array of the same size, and an entry needs a job id or SEQUENTIAL.
        """
        if len(entries) > most:
            # Source of the words: https://github.com/OpenNeuroOrg/openneuro/issues/100
            raise not_executed(f"Job cannot have more than {most} dependencies")
        whole: dict[str, Job] = {}
        by_index: dict[str, Job] = {}
        sequential = False
        for entry in entries:
            kind = entry.get("type", "").upper()
            if kind and array_size is None:
                raise BatchError(f"dependsOn: the type {kind} is for array jobs only; this job has no arrayProperties.")
            job = _existing(entry, jobs)
            if job is None:
                if kind != "SEQUENTIAL":
                    raise BatchError("dependsOn: an entry must have a jobId, or the type SEQUENTIAL.")
                sequential = True
            elif kind == "N_TO_N":
                if len(job.children) != array_size:
                    raise BatchError(
                        f"dependsOn: N_TO_N needs an array job of the same size, {array_size}; "
                        f"job {job.id} has {len(job.children) or 'no'} children."
                    )
                by_index[job.id] = job
            else:
                whole[job.id] = job
        return cls(whole=tuple(whole.values()), by_index=tuple(by_index.values()), sequential=sequential)

    def attach(self, job: Job) -> None:
        """Make a new job, and its children, wait."""
        for other in self.whole:
            _wait_for(job, other)
        for child in job.children:
            # The parent is the gate of its children: one count instead of an edge to each dependency.
            child.waiting += 1 if job.waiting else 0
            child.doomed = job.doomed
            for array in self.by_index:
                _wait_for(child, array.children[child.index or 0])
            if self.sequential and child.index:
                _wait_for(child, job.children[child.index - 1])


def _existing(entry: Mapping[str, Any], jobs: JobTable) -> Job | None:
    ident = entry.get("jobId")
    if not ident:
        return None
    job = jobs.get(ident)
    if job is not None and job.whole is not None:
        raise BatchError(f"dependsOn: {ident} is a node; name the multi-node parallel job, {job.whole.id}.")
    if job is None:
        raise BatchError(f"dependsOn: job {ident} does not exist.")
    return job


def _wait_for(job: Job, other: Job) -> None:
    if other.status is JobStatus.FAILED:
        job.doomed = DEPENDENCY_FAILED
    elif other.status is not JobStatus.SUCCEEDED:
        job.waiting += 1
        if other.dependents is None:
            other.dependents = []
        other.dependents.append(job)
