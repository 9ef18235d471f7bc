"""Submits the jobs of a workload, as clients that keep to the pace of the API."""

from __future__ import annotations

from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from batchwright.local.simulation.draws import Draws
from batchwright.model.numbers import tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from batchwright.local.engine import SimulatedClock
    from batchwright.local.simulation.account import Target
    from batchwright.local.simulation.workload import After, Stream, Workload


class Submitter:
    """Submits each stream in its own order, all of them together at most so many times a second.

    Args:
        workload: What to submit.
        targets: Where to.
        clock: Time.
        handle: The engine's.

    Attributes:
        all_ended: Whether every job that is ever going to be submitted has ended.
    """

    def __init__(
        self,
        *,
        workload: Workload,
        targets: Mapping[str, Target],
        clock: SimulatedClock,
        handle: Callable[[str, Mapping[str, Any]], dict[str, Any]],
    ) -> None:
        self._clock = clock
        self._handle = handle
        self._begun = clock.now()
        self._interval = 1.0 / workload.submissions
        self._free = self._begun
        self._numbers: dict[str, int] = {}
        self._lines = {
            stream.name: _Line(stream, targets[stream.name], workload.submissions_of(stream), workload.seed)
            for stream in workload.streams
        }
        for line in self._lines.values():
            for after in line.stream.after:
                self._lines[after.stream].followers.append((line, after))
        self.all_ended = self._all_ended()

    @property
    def sending_seconds(self) -> float:
        """Seconds that submissions waited for their turn: of the stream that waited longest."""
        return max((line.delayed for line in self._lines.values()), default=0.0)

    def held_by(self, name: str) -> Sequence[str]:
        """Return the streams that a stream still waits for."""
        stream = self._lines[name].stream
        return [after.stream for after in stream.after if not self._lines[after.stream].closed]

    def failed_before(self, name: str) -> Sequence[str]:
        """Return the streams because of whose failed jobs a stream is not submitted."""
        line = self._lines[name]
        return line.given_up_for if line.given_up else []

    def begin(self) -> None:
        """Have the first submissions made when their time comes."""
        for line in self._lines.values():
            if not line.stream.after:
                self._open(line)

    def number(self, job_id: str) -> int:
        """Return the number of a job in its stream."""
        whole, colon, index = job_id.partition("#")[0].partition(":")
        number = self._numbers[whole]
        return number + int(index) if colon else number

    def ended(self, name: str, job_id: str, *, failed: bool) -> None:
        """Learn of a job that ended, or of the parent of an array; its children are not told of here."""
        line = self._lines[name]
        self._numbers.pop(job_id, None)
        line.ended += 1
        line.failures += failed
        if line.closed:
            self.all_ended = self._all_ended()
            # Not here: the engine's lock is held.
            self._clock.call_later(0.0, partial(self._go_on, line))

    def _go_on(self, line: _Line) -> None:
        for follower, after in line.followers:
            if not after.each:
                self._try_open(follower, line, after)

    def _try_open(self, follower: _Line, line: _Line, after: After) -> None:
        if line.failures and not after.ended:
            self._give_up(follower, line.stream.name)
        elif not follower.given_up and all(self._lines[each.stream].closed for each in follower.stream.after):
            self._open(follower)

    def _give_up(self, line: _Line, because: str) -> None:
        line.given_up_for.append(because)
        self.all_ended = self._all_ended()
        for follower, _ in line.followers:
            self._give_up(follower, line.stream.name)

    def _all_ended(self) -> bool:
        return all(line.closed or line.given_up for line in self._lines.values())

    def _open(self, line: _Line) -> None:
        line.opened = self._clock.now() + line.stream.start
        self._next(line)

    def _next(self, line: _Line) -> None:
        due = next(line.times, None)
        if due is not None:
            delay = max(0.0, line.opened + due - self._clock.now())
            self._clock.call_later(delay, partial(self._pace, line, None))

    def _pace(self, line: _Line, dependency: Mapping[str, str] | None) -> None:
        """Wait for a place in the flow of requests, then submit."""
        now = self._clock.now()
        at = max(now, self._free)
        self._free = at + self._interval
        if at > now:
            line.delayed += at - now
            self._clock.call_later(at - now, partial(self._submit, line, dependency))
        else:
            self._submit(line, dependency)

    def _submit(self, line: _Line, dependency: Mapping[str, str] | None) -> None:
        answer = self._handle("SubmitJob", line.request(dependency))
        job_id: str = answer["jobId"]
        self._numbers[job_id] = line.sent * (line.stream.array or 1)
        line.sent += 1
        for follower, after in line.followers:
            if after.each:
                pairs = line.stream.array is not None and line.stream.array == follower.stream.array
                self._pace(follower, {"jobId": job_id, **({"type": "N_TO_N"} if pairs else {})})
        if dependency is None:
            self._next(line)


class _Line:
    """One stream on its way."""

    def __init__(self, stream: Stream, target: Target, count: int, seed: int) -> None:
        self.stream = stream
        self.followers: list[tuple[_Line, After]] = []
        self.sent = 0
        self.ended = 0
        self.failures = 0
        self.opened = 0.0
        self.delayed = 0.0
        self.given_up_for: list[str] = []
        self.times: Iterator[float] = stream.arrival.times(count, Draws(seed, stream.name, "arrival"))
        self._count = count
        self._request = submit_request(stream, target)
        self._shares = Draws(seed, stream.name, "share")
        self._limits = list(accumulate(stream.shares.values()))

    @property
    def given_up(self) -> bool:
        return bool(self.given_up_for)

    @property
    def closed(self) -> bool:
        """Whether all of its jobs were submitted and have ended."""
        return self.sent == self._count and self.ended == self.sent

    def request(self, dependency: Mapping[str, str] | None) -> dict[str, Any]:
        request = self._request
        if self._limits:
            drawn = self._shares.number(self.sent) * self._limits[-1]
            chosen = next(name for name, limit in zip(self.stream.shares, self._limits, strict=True) if drawn < limit)
            request = {**request, "shareIdentifier": chosen}
        return request if dependency is None else {**request, "dependsOn": [dependency]}


def submit_request(stream: Stream, target: Target) -> dict[str, Any]:
    """Return what all SubmitJob requests of a stream have in common."""
    request: dict[str, Any] = {
        "jobName": stream.name,
        "jobQueue": target.queue,
        "jobDefinition": target.definition,
    }
    sizes = {"VCPU": stream.vcpus, "MEMORY": stream.memory_mib}
    overrides = [{"type": kind, "value": str(tidy(value))} for kind, value in sizes.items() if value is not None]
    if overrides:
        request["containerOverrides"] = {"resourceRequirements": overrides}
    if stream.array is not None:
        request["arrayProperties"] = {"size": stream.array}
    if stream.timeout is not None:
        request["timeout"] = {"attemptDurationSeconds": stream.timeout}
    if stream.attempts is not None:
        request["retryStrategy"] = {"attempts": stream.attempts}
    if stream.priority is not None:
        request["schedulingPriorityOverride"] = stream.priority
    if stream.shares:
        request["shareIdentifier"] = next(iter(stream.shares))
    return request
