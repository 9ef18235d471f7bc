"""A job inside the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.local.engine.states import JobState, JobStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.clock import Timer
    from batchwright.local.engine.container import Container
    from batchwright.local.engine.definitions import JobDefinition
    from batchwright.local.engine.environments import ComputeEnvironment
    from batchwright.local.engine.queues import JobQueue
    from batchwright.local.engine.retries import RetryStrategy
    from batchwright.local.engine.runner import Handle


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """What was asked for with one SubmitJob, shared by the parent and the children of an array."""

    name: str
    queue: JobQueue
    definition: JobDefinition
    container: Container
    milli_vcpus: int
    parameters: Mapping[str, str]
    depends_on: tuple[Mapping[str, str], ...]
    retry: RetryStrategy
    retry_record: Mapping[str, Any]
    timeout_seconds: int | None
    propagate_tags: bool
    share_identifier: str | None
    scheduling_priority: int | None
    array_size: int | None


class Job:
    """A job, an array's parent, or an array's child. Small: an array has up to 10,000 of them.

    Attributes:
        id: The job id; a child's is `parent:index`.
        arn: The job's ARN.
        order: Number of the job in the order of submission.
        spec: What was asked for.
        created_at: Milliseconds since the epoch.
        tags: The job's tags; replaced as a whole when they change.
        parent: The array's parent, of a child.
        index: The index in the array, of a child.
        children: The children, of an array's parent.
        counts: Children by status, of an array's parent.
        state: Everything that changes; replaced as a whole.
        waiting: Number of jobs (or the parent's gate) this one still waits for.
        dependents: Jobs that wait for this one.
        doomed: Why the job fails when its turn comes: a dependency failed, or it was cancelled.
        stopping: The reason given to the runner when the attempt was asked to stop.
        environment: Where the current attempt was placed.
        task_id: Id of the current attempt's task.
        attempt_started_at: When the current attempt began to run.
        timer: The current attempt's timeout.
        handle: The runner's handle of the current attempt.
    """

    __slots__ = (
        "arn",
        "attempt_started_at",
        "children",
        "counts",
        "created_at",
        "dependents",
        "doomed",
        "environment",
        "handle",
        "id",
        "index",
        "order",
        "parent",
        "spec",
        "state",
        "stopping",
        "tags",
        "task_id",
        "timer",
        "waiting",
    )

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - the API's word
        arn: str,
        order: int,
        spec: JobSpec,
        created_at: int,
        tags: Mapping[str, str],
        parent: Job | None = None,
        index: int | None = None,
    ) -> None:
        self.id = id
        self.arn = arn
        self.order = order
        self.spec = spec
        self.created_at = created_at
        self.tags = tags
        self.parent = parent
        self.index = index
        self.children: list[Job] = []
        self.counts: list[int] = []
        self.state = JobState()
        self.waiting = 0
        self.dependents: list[Job] = []
        self.doomed: str | None = None
        self.stopping: str | None = None
        self.environment: ComputeEnvironment | None = None
        self.task_id: str | None = None
        self.attempt_started_at: int | None = None
        self.timer: Timer | None = None
        self.handle: Handle | None = None

    def __lt__(self, other: Job) -> bool:
        return self.order < other.order

    @property
    def status(self) -> JobStatus:
        """The job's status."""
        return self.state.status

    @property
    def attempt_number(self) -> int:
        """Number of the attempt that runs or is to come, from 1."""
        return len(self.state.attempts) + 1
