"""What the events of AWS Batch tell of each job."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STATES: Final = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
"""In the order of a job's life: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html."""

TERMINAL: Final = frozenset({"SUCCEEDED", "FAILED"})

# Members of DescribeJobs that date a state to the millisecond; an event's own time has whole seconds only.
_DATED: Final = {"SUBMITTED": "createdAt", "RUNNING": "startedAt", "SUCCEEDED": "stoppedAt", "FAILED": "stoppedAt"}


@dataclass(frozen=True, slots=True)
class Change:
    """The beginning of a state, in seconds since 1970."""

    state: str
    at: float


@dataclass(frozen=True, slots=True)
class Period:
    """A state from its beginning to its end, in seconds since 1970."""

    state: str
    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.end - self.start


@dataclass(slots=True)
class Job:
    """One job, as far as it got.

    Attributes:
        job_id: Its id; that of a child is its parent's with a colon and the index.
        name: Its name.
        index: Of a child of an array, else None.
        is_array: Whether it is the parent of an array.
        changes: Its states with their times, in order.
        attempts: How many were begun and ended.
        reason: Why it ended, when AWS Batch says so.
        exit_code: Of the last container.
        log_group: Where its lines are, when known.
        log_stream: Likewise.
    """

    job_id: str
    name: str
    index: int | None = None
    is_array: bool = False
    changes: list[Change] = field(default_factory=list)
    attempts: int = 0
    reason: str = ""
    exit_code: int | None = None
    log_group: str = ""
    log_stream: str = ""

    @property
    def state(self) -> str:
        """The latest state."""
        return self.changes[-1].state

    @property
    def title(self) -> str:
        """What a table or a drawing calls it."""
        if self.is_array:
            return f"{self.name} (array)"
        return self.name if self.index is None else f"{self.name} [{self.index}]"

    def periods(self) -> list[Period]:
        """The states that have an end; a terminal one has none."""
        pairs = zip(self.changes, self.changes[1:], strict=False)
        return [Period(one.state, one.at, following.at) for one, following in pairs]


class JobLog:
    """Collects events of jobs. For one thread."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def add(self, event: Mapping[str, Any], *, received: float) -> None:
        """Take one event of EventBridge.

        Args:
            event: "Batch Job State Change"; any other is ignored.
            received: When it came, in seconds since 1970; its time where the job's entry has no better one.
        """
        if event.get("detail-type") != "Batch Job State Change":
            return
        detail = event["detail"]
        array = detail.get("arrayProperties") or {}
        job = self._jobs.setdefault(
            detail["jobId"],
            Job(
                detail["jobId"],
                detail["jobName"],
                index=array.get("index"),
                is_array="size" in array,
            ),
        )
        _date(job, detail, received)
        _describe(job, detail)

    @property
    def jobs(self) -> list[Job]:
        """All jobs: parents before their children, children by index."""
        order = {job_id: number for number, job_id in enumerate(self._jobs)}

        def position(job: Job) -> tuple[int, int]:
            parent = job.job_id.partition(":")[0]
            return (order.get(parent, order[job.job_id]), -1 if job.index is None else job.index)

        return sorted(self._jobs.values(), key=position)

    @property
    def workers(self) -> list[Job]:
        """The jobs that run something: all but the parents of arrays."""
        return [job for job in self.jobs if not job.is_array]

    @property
    def settled(self) -> bool:
        """Whether every job that was heard of has ended."""
        return all(job.state in TERMINAL for job in self._jobs.values())

    def counts(self) -> dict[str, int]:
        """How many workers are in each state, only states that have some, in their order."""
        counter = Counter(job.state for job in self.workers)
        return {state: counter[state] for state in STATES if counter[state]}

    def periods(self) -> dict[str, list[float]]:
        """How long each stay of a worker in each state was, in seconds, in the states' order."""
        found: dict[str, list[float]] = {state: [] for state in STATES}
        for job in self.workers:
            for period in job.periods():
                found[period.state].append(period.seconds)
        return {state: seconds for state, seconds in found.items() if seconds}


def span(jobs: Iterable[Job]) -> tuple[float, float]:
    """The first and the last time in some jobs; (0, 0) without any."""
    times = [change.at for job in jobs for change in job.changes]
    return (min(times), max(times)) if times else (0.0, 0.0)


def _date(job: Job, detail: Mapping[str, Any], received: float) -> None:
    state = detail["status"]
    stamp = detail.get(_DATED.get(state, ""))
    if stamp is None:
        at = received
    else:
        at = stamp / 1000
        # What was dated by its arrival cannot lie after what followed it.
        job.changes = [Change(one.state, min(one.at, at)) for one in job.changes]
    if job.changes:
        at = max(at, job.changes[-1].at)
    job.changes.append(Change(state, at))


def _describe(job: Job, detail: Mapping[str, Any]) -> None:
    container = detail.get("container") or {}
    options = (container.get("logConfiguration") or {}).get("options") or {}
    attempts = detail.get("attempts") or []
    last = (attempts[-1].get("container") or {}) if attempts else {}
    job.attempts = len(attempts)
    job.reason = last.get("reason") or detail.get("statusReason") or ""
    job.exit_code = container.get("exitCode", last.get("exitCode"))
    job.log_group = options.get("awslogs-group") or job.log_group
    job.log_stream = container.get("logStreamName") or last.get("logStreamName") or job.log_stream
