"""What a simulation found."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Mapping

    from batchwright.local.simulation.timeline import Timeline


class End(StrEnum):
    """Why a simulation stopped."""

    COMPLETE = "complete"
    """Every job ended."""
    STUCK = "stuck"
    """Nothing more can happen, and jobs are left."""
    HORIZON = "horizon"
    """Jobs were left at the workload's horizon."""
    INTERRUPTED = "interrupted"
    """It was asked to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Seconds in the queue of jobs that ran: from RUNNABLE to RUNNING of the first attempt.

    A percentile is the shortest time that so many percent of them did not exceed.
    """

    jobs: int
    mean: float
    p50: float
    p90: float
    p95: float
    p99: float
    max: float

    @classmethod
    def of(cls, parts: Iterable[array[float]]) -> Self | None:
        """Sum up the waits of one or more streams; None where no job ran."""
        together = sorted(wait for part in parts for wait in part)
        if not together:
            return None
        count = len(together)
        ranks = {percent: together[max(0, math.ceil(count * percent / 100) - 1)] for percent in (50, 90, 95, 99)}
        return cls(
            jobs=count,
            mean=math.fsum(together) / count,
            p50=ranks[50],
            p90=ranks[90],
            p95=ranks[95],
            p99=ranks[99],
            max=together[-1],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamReport:
    """Jobs of one stream; children of arrays count, their parents do not.

    Attributes:
        name: The stream's name.
        queue: Its queue.
        jobs: Jobs that the workload has of it.
        submitted: Jobs that were submitted.
        succeeded: Jobs that ended well.
        failed: Jobs that failed for good.
        never_ran: Jobs, submitted or not, of which no attempt ran.
        cancelled: Jobs that failed while they waited: by a time limit of the queue, or with a dependency.
        attempts: Attempts that began.
        retried: Attempts after the first of a job.
        lost_to_spot: Attempts that ended because their host was taken back.
        vcpu_hours: Of all attempts, also of those that were lost.
        waits: Time in the queue.
        failures: Failed jobs by status reason.
        why: Why jobs have not ended, when some have not.
    """

    name: str
    queue: str
    jobs: int
    submitted: int
    succeeded: int
    failed: int
    never_ran: int
    cancelled: int
    attempts: int
    retried: int
    lost_to_spot: int
    vcpu_hours: float
    waits: Waits | None
    failures: Mapping[str, int]
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReport:
    """A queue: how many jobs waited in it, and how long."""

    name: str
    peak_waiting: int
    mean_waiting: float
    waits: Waits | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentReport:
    """A compute environment.

    Attributes:
        name: Its construct path, or logical id.
        max_vcpus: What it grows to at most; None where the templates do not say.
        used_vcpu_hours: vCPUs that attempts held, multiplied with the time.
        paid_vcpu_hours: vCPUs of hosts from the request for them to their end, used or not; None without a cloud.
        peak_vcpus: Most vCPUs that attempts held at once.
        mean_vcpus: Used vCPUs on average over the makespan.
        hosts: Hosts that were started; None without a cloud.
        reclaimed: Hosts of those that were taken back.
    """

    name: str
    max_vcpus: int | None
    used_vcpu_hours: float
    paid_vcpu_hours: float | None
    peak_vcpus: float
    mean_vcpus: float
    hosts: int | None
    reclaimed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareReport:
    """A share identifier of a queue with a scheduling policy: what it had of the vCPU-hours, how long it waited."""

    queue: str
    share: str
    vcpu_hours: float
    part: float
    waits: Waits | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of a simulation.

    Attributes:
        end: Why it stopped.
        makespan_seconds: From the beginning to the end of the last job that ended.
        simulated_seconds: From the beginning to where the simulation stopped.
        seed: Of everything that was drawn.
        assumptions: What else the figures hang on, by its name in the workload; None for what AWS or a host would add
            and the workload leaves out.
        streams: In the workload's order.
        queues: Those that were used.
        environments: Those of the queues.
        shares: Largest first.
        notes: What a reader must know.
        timeline: The curves of the picture.
    """

    end: End
    makespan_seconds: float
    simulated_seconds: float
    seed: int
    assumptions: Mapping[str, float | None]
    streams: tuple[StreamReport, ...]
    queues: tuple[QueueReport, ...]
    environments: tuple[EnvironmentReport, ...]
    shares: tuple[ShareReport, ...]
    notes: tuple[str, ...]
    timeline: Timeline = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it, without the curves."""
        found = {
            name: [asdict(each) for each in value] if name in _LISTS else value
            for name in self.__slots__
            if name != "timeline" and (value := getattr(self, name)) is not None
        }
        return {**found, "end": str(self.end), "assumptions": dict(self.assumptions), "notes": list(self.notes)}


_LISTS = frozenset({"streams", "queues", "environments", "shares"})
