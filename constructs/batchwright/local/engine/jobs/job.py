"""A job inside the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.jobs.states import JobState, JobStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.local.engine.clocks.clock import Timer
    from batchwright.local.engine.cloud.hosts import Berth
    from batchwright.local.engine.consumables.registry import Needs
    from batchwright.local.engine.definitions.registry import JobDefinition
    from batchwright.local.engine.definitions.retries import RetryStrategy
    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.queues.job_queue import JobQueue
    from batchwright.local.engine.runner import Exit, Handle
    from batchwright.local.engine.tasks.node_tasks import Nodes
    from batchwright.local.engine.tasks.sizes import Sizes
    from batchwright.local.engine.tasks.task import Task

NEW: Final = JobState()
"""The state of a job that was just submitted."""
WAITING: Final = JobState(status=JobStatus.RUNNABLE)
"""The state of a job that waits for its first attempt; one for all, as many wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """What was asked for with one SubmitJob, shared by the parent and the children of an array, and by nodes.

    `task` is what runs: of a multi-node parallel job, what runs on the main node. `sizes` has one entry for each host
    that the job runs on: its own, or those of its nodes.
    """

    name: str
    queue: JobQueue
    definition: JobDefinition
    task: Task
    nodes: Nodes | None
    milli_vcpus: int
    sizes: Sizes
    needs: Needs
    needs_record: Mapping[str, Any] | None
    parameters: Mapping[str, str]
    depends_on: tuple[Mapping[str, str], ...]
    retry: RetryStrategy
    retry_record: Mapping[str, Any]
    timeout_seconds: int | None
    propagate_tags: bool
    share_identifier: str | None
    scheduling_priority: int | None
    array_size: int | None

    @property
    def attempts_at_once(self) -> int:
        """Number of attempts that run together: the nodes of a multi-node parallel job, else one."""
        return 1 if self.nodes is None else len(self.nodes.tasks)


class Job:
    """A job, an array's parent or child, or a node of a job. Small: there may be a million of them.

    Attributes:
        order: Number of the job in the order of submission.
        spec: What was asked for.
        created_at: Milliseconds since the epoch.
        tags: The job's tags; replaced as a whole when they change.
        parent: The array's parent, of a child.
        index: The index in the array, of a child, or among the nodes.
        children: The children, of an array's parent.
        counts: Children by status, of an array's parent.
        whole: The multi-node parallel job, of a node.
        nodes: The nodes, of a multi-node parallel job.
        holds: True while it holds consumable resources.
        state: Everything that changes; replaced as a whole.
        waiting: Number of jobs (or the parent's gate) this one still waits for.
        dependents: Jobs that wait for this one.
        doomed: Why the job fails when its turn comes: a dependency failed, or it was cancelled.
        stopping: The reason given to the runner when the attempt was asked to stop.
        lost: Why the host of the current attempt went away.
        environment: Where the current attempt was placed.
        berth: What the current attempt has of which hosts, where hosts are simulated.
        runnable_at: When it became RUNNABLE last, in milliseconds since the epoch.
        stuck: Why it blocks its queue.
        task_id: Id of the current attempt's task; None between attempts.
        network: Name of the network of the current attempt's nodes.
        main_exit: How the main node of the current attempt ended.
        attempt_started_at: When the current attempt began to run.
        timer: The current attempt's timeout.
        handle: The runner's handle of the current attempt.
    """

    __slots__ = (
        "_arn",
        "_id",
        "attempt_started_at",
        "berth",
        "children",
        "counts",
        "created_at",
        "dependents",
        "doomed",
        "environment",
        "handle",
        "holds",
        "index",
        "lost",
        "main_exit",
        "network",
        "nodes",
        "order",
        "parent",
        "runnable_at",
        "spec",
        "state",
        "stopping",
        "stuck",
        "tags",
        "task_id",
        "timer",
        "waiting",
        "whole",
    )

    def __init__(
        self,
        *,
        order: int,
        spec: JobSpec,
        created_at: int,
        tags: Mapping[str, str],
        id: str | None = None,  # noqa: A002 - the API's word
        arn: str | None = None,
        parent: Job | None = None,
        index: int | None = None,
        whole: Job | None = None,
    ) -> None:
        """Make a job; the id and the ARN of a child and of a node follow from what they are part of."""
        self._id = id
        self._arn = arn
        self.order = order
        self.spec = spec
        self.created_at = created_at
        self.tags = tags
        self.parent = parent
        self.index = index
        self.whole = whole
        self.nodes: Sequence[Job] = ()
        self.holds = False
        self.network: str | None = None
        self.main_exit: Exit | None = None
        self.children: Sequence[Job] = ()
        self.counts: list[int] | None = None
        self.state = NEW
        self.waiting = 0
        self.dependents: list[Job] | None = None
        self.doomed: str | None = None
        self.stopping: str | None = None
        self.lost: str | None = None
        self.environment: ComputeEnvironment | None = None
        self.berth: Berth | None = None
        self.runnable_at: int | None = None
        self.stuck: str | None = None
        self.task_id: str | None = None
        self.attempt_started_at: int | None = None
        self.timer: Timer | None = None
        self.handle: Handle | None = None

    def __lt__(self, other: Job) -> bool:
        return self.order < other.order

    @property
    def id(self) -> str:
        """The job id; a child's is `parent:index`, a node's `job#index`."""
        # Made when it is asked for first: most of many jobs wait, and nobody asks.
        if self._id is None:
            self._id = f"{self.parent.id}:{self.index}" if self.parent is not None else f"{self._of.id}#{self.index}"
        return self._id

    @property
    def arn(self) -> str:
        """The job's ARN, which ends in its id."""
        if self._arn is not None:
            return self._arn
        return f"{self.parent.arn}:{self.index}" if self.parent is not None else f"{self._of.arn}#{self.index}"

    @property
    def status(self) -> JobStatus:
        """The job's status."""
        return self.state.status

    @property
    def attempt_number(self) -> int:
        """Number of the attempt that runs or is to come, from 1; of a node that of its job."""
        return len((self.whole or self).state.attempts) + 1

    @property
    def task(self) -> Task:
        """What runs: of a node its own task."""
        spec = self.spec
        return spec.task if self.whole is None or spec.nodes is None else spec.nodes.tasks[self.index or 0]

    @property
    def is_main_node(self) -> bool:
        """True for the node whose end is the job's."""
        nodes = self.spec.nodes
        return self.whole is not None and nodes is not None and nodes.main_index == self.index

    @property
    def _of(self) -> Job:
        if self.whole is None:
            raise RuntimeError("a job has an id of its own unless it is a part of another one")
        return self.whole
