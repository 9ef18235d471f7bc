"""A workload: what is submitted, to what, and how the cloud behaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batchwright.local.engine import API_TPS
from batchwright.local.simulation.arrivals import AtOnce

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from batchwright.local.engine import CloudModel
    from batchwright.local.simulation.arrivals import Arrival
    from batchwright.local.simulation.durations import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What a stream waits for.

    Attributes:
        stream: The other stream's name.
        each: Submission n depends on submission n of the other stream (`dependsOn`); with arrays of one size, child on
            child (`N_TO_N`). Otherwise the stream begins when all jobs of the other have ended, as a step of a state
            machine does.
        ended: Go on also when jobs of the other stream failed; not with `each`.
    """

    stream: str
    each: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Jobs of one kind.

    Attributes:
        name: Of the jobs, and in the report.
        definition: Logical id, construct path or name; None for the only one of the templates.
        queue: Likewise.
        count: SubmitJob calls; None takes those of the stream that it waits for, one by one.
        array: Children of each; None for single jobs.
        arrival: When they are submitted.
        start: Seconds before the first.
        duration: Of an attempt that nothing stops; an attempt after a failure takes as long as the first.
        exit_codes: Probability of each exit code other than 0, of an attempt.
        vcpus: Instead of the definition's.
        memory_mib: Likewise.
        timeout: Seconds of an attempt, instead of the definition's.
        attempts: Instead of the definition's retry strategy, of its conditions too, as SubmitJob has it.
        priority: Scheduling priority within the share.
        shares: Share identifiers with the weight by which submissions go to each.
        after: What it waits for.
    """

    name: str
    duration: Duration
    definition: str | None = None
    queue: str | None = None
    count: int | None = 1
    array: int | None = None
    arrival: Arrival = field(default_factory=AtOnce)
    start: float = 0.0
    exit_codes: Mapping[int, float] = field(default_factory=dict)
    vcpus: float | None = None
    memory_mib: int | None = None
    timeout: int | None = None
    attempts: int | None = None
    priority: int | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    after: tuple[After, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What a file of `batchwright local simulate` holds.

    Attributes:
        templates: Files, or folders with a cloud assembly.
        streams: What is submitted.
        cloud: Hosts that boot, idle and are taken back; None for jobs that start as soon as there is room.
        max_vcpus: Sizes of compute environments that are to be tried instead of the templates'.
        seed: Of everything that is drawn.
        submissions: SubmitJob calls a second.
        horizon: Seconds after which the simulation stops whatever is left.
    """

    templates: tuple[Path, ...]
    streams: tuple[Stream, ...]
    cloud: CloudModel | None = None
    max_vcpus: Mapping[str, int] = field(default_factory=dict)
    seed: int = 0
    submissions: float = API_TPS
    horizon: float = 30 * 86_400.0

    @property
    def jobs(self) -> int:
        """Number of jobs, children of arrays counted and not their parents."""
        return sum((self.submissions_of(stream)) * (stream.array or 1) for stream in self.streams)

    def submissions_of(self, stream: Stream) -> int:
        """Return the number of SubmitJob calls of a stream."""
        by_name = {each.name: each for each in self.streams}
        while stream.count is None:
            stream = by_name[next(each.stream for each in stream.after if each.each)]
        return stream.count
