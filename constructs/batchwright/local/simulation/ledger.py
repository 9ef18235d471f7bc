"""Keeps the accounts of a simulation, transition by transition; no job is kept after it ended."""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from batchwright.local.simulation.curve import Curve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from batchwright.local.engine import Transition

_INSTANCE: Final = re.compile(r"i-[0-9a-f]{8,17}")
_MOST_REASONS: Final = 50
_OTHER: Final = "other reasons"
_ENDED: Final = frozenset({"SUCCEEDED", "FAILED"})


class StreamAccount:
    """What happened to the jobs of one stream.

    Attributes:
        queue: Name of its queue in the engine.
        submitted: Jobs that were submitted, children and not their parents.
        succeeded: Jobs that ended well.
        failed: Jobs that did not.
        ran: Jobs of which an attempt ran.
        lost: Attempts that ended because their host was taken back.
        attempts: Attempts that ran, or began to.
        retried: Attempts after the first.
        waiting: When each job became RUNNABLE that waits for its first attempt, by its id.
        waits: Seconds in the queue of each job that ran: from RUNNABLE to RUNNING of its first attempt.
        used: vCPU-seconds of its attempts.
        reasons: Failed jobs by status reason.
        cancelled: Jobs that failed while they waited.
    """

    __slots__ = (
        "attempts",
        "cancelled",
        "failed",
        "lost",
        "queue",
        "ran",
        "reasons",
        "retried",
        "submitted",
        "succeeded",
        "used",
        "waiting",
        "waits",
    )

    def __init__(self, queue: str) -> None:
        self.queue = queue
        self.submitted = 0
        self.waiting: dict[str, float] = {}
        self.succeeded = 0
        self.failed = 0
        self.ran = 0
        self.lost = 0
        self.attempts = 0
        self.retried = 0
        self.waits = array("d")
        self.used = 0.0
        self.reasons: Counter[str] = Counter()
        self.cancelled = 0

    @property
    def ended(self) -> int:
        """Jobs that ended, well or not."""
        return self.succeeded + self.failed


class Ledger:
    """Observes an engine.

    Args:
        begun: Simulated time at which the simulation begins.
        streams: Name of the queue of each stream, by the stream's name, which is that of its jobs.
        environments: Names of all compute environments.
        ended: Told of each job that ended, of arrays only the parents: stream, id, and whether it failed.
    """

    def __init__(
        self,
        *,
        begun: float,
        streams: Mapping[str, str],
        environments: Iterable[str],
        ended: Callable[[str, str, bool], None],
    ) -> None:
        self._begun = begun
        self._ended = ended
        self._running: dict[str, tuple[float, Transition]] = {}
        self.streams = {name: StreamAccount(queue) for name, queue in streams.items()}
        self.used = {name: Curve() for name in environments}
        self.depth = {queue: Curve() for queue in streams.values()}
        self.shares: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.share_waits: defaultdict[tuple[str, str], array[float]] = defaultdict(lambda: array("d"))
        self.last_end = 0.0

    @property
    def waiting(self) -> int:
        """Jobs that wait for their first attempt."""
        return sum(len(account.waiting) for account in self.streams.values())

    @property
    def running(self) -> int:
        """Attempts that run."""
        return len(self._running)

    def observe(self, change: Transition) -> None:
        """Take a transition into the accounts."""
        # All at once: this is called five times for each of a million jobs.
        job_id, name, queue, _, before, status, now, attempt, _, _, parent, _ = change
        if parent and status in _ENDED:
            self._ended(name, job_id, status == "FAILED")
        if parent or "#" in job_id:  # a node: its job counts for all of them
            return
        account, at = self.streams[name], now - self._begun
        if status == "RUNNING":
            self._run(account, change, at)
            return
        if before == "RUNNABLE":
            self.depth[queue].add(at, -1)
        elif before == "RUNNING":
            self._stop(change.job_id, at)
        elif before is None:
            account.submitted += 1
        if status == "RUNNABLE":
            self._wait(account, change, at)
        elif status == "STARTING":
            account.attempts += 1
            account.retried += attempt > 1
        elif status in _ENDED:
            self._end(account, change, at)

    def lose(self, name: str) -> None:
        """Count an attempt of a stream whose host was taken back."""
        self.streams[name].lost += 1

    def finish(self, now: float) -> None:
        """Bring all accounts up to a time, also those of what still runs."""
        at = now - self._begun
        for curve in (*self.used.values(), *self.depth.values()):
            curve.hold(at)
        for job_id, (begun, change) in self._running.items():
            self._use(change, at - begun)
            self._running[job_id] = at, change

    def _wait(self, account: StreamAccount, change: Transition, at: float) -> None:
        self.depth[account.queue].add(at, 1)
        if change.attempt == 1:
            account.waiting[change.job_id] = at

    def _run(self, account: StreamAccount, change: Transition, at: float) -> None:
        self._running[change.job_id] = at, change
        self.used[change.environment or ""].add(at, change.vcpus)
        waited_from = account.waiting.pop(change.job_id, None)
        if waited_from is not None:
            account.waits.append(at - waited_from)
            account.ran += 1
            if change.share_identifier is not None:
                self.share_waits[account.queue, change.share_identifier].append(at - waited_from)

    def _stop(self, job_id: str, at: float) -> None:
        begun, change = self._running.pop(job_id)
        self.used[change.environment or ""].add(at, -change.vcpus)
        self._use(change, at - begun)

    def _use(self, change: Transition, seconds: float) -> None:
        account, used = self.streams[change.job_name], seconds * change.vcpus
        account.used += used
        if change.share_identifier is not None:
            self.shares[account.queue, change.share_identifier] += used

    def _end(self, account: StreamAccount, change: Transition, at: float) -> None:
        self.last_end = at
        if change.status == "SUCCEEDED":
            account.succeeded += 1
        else:
            account.failed += 1
            reason = _INSTANCE.sub("i-...", change.reason or "no reason")
            _count(account.reasons, reason)
            account.waiting.pop(change.job_id, None)
            account.cancelled += change.before not in ("STARTING", "RUNNING")
        # A child is told of by its parent.
        if ":" not in change.job_id:
            self._ended(change.job_name, change.job_id, change.status == "FAILED")


def _count(reasons: Counter[str], reason: str) -> None:
    known = reason in reasons or len(reasons) < _MOST_REASONS
    reasons[reason if known else _OTHER] += 1
