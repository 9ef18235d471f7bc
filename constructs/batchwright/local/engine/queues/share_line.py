"""The line of a queue with a fair-share policy."""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.queues.lines import waits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.queues.job_queue import JobQueue

# A decay of 0 stands for this window.
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html
SHORTEST_WINDOW_SECONDS: Final = 600.0


class Share:
    """What one share identifier has, had and waits for.

    Usage is vCPUs: those that its jobs hold now, and a mean of the past in which the recent counts for more. The mean
    follows the vCPUs with the window as its time constant, which AWS leaves open.

    Attributes:
        name: The identifier.
        holds: Thousandths of a vCPU that its jobs hold.
        alive: Number of its jobs that have not ended.
        seen_at: When it last had a job that had not ended.
    """

    __slots__ = ("_at", "_heap", "_mean", "alive", "holds", "name", "seen_at")

    def __init__(self, name: str, now: float) -> None:
        self.name = name
        self.holds = 0
        self.alive = 0
        self.seen_at = now
        self._mean = 0.0
        self._at = now
        self._heap: list[tuple[int, int, Job]] = []

    def push(self, job: Job) -> None:
        """Add a RUNNABLE job: higher scheduling priorities first, then older ones."""
        heapq.heappush(self._heap, (-(job.spec.scheduling_priority or 0), job.order, job))

    def head(self) -> tuple[int, int, Job] | None:
        """Return the entry of the job whose turn it is in this share, or None."""
        heap = self._heap
        while heap and not waits(heap[0][2]):
            heapq.heappop(heap)
        return heap[0] if heap else None

    def pop(self) -> None:
        """Take the head out."""
        heapq.heappop(self._heap)

    def hold(self, milli: int, now: float, window: float) -> None:
        """Hold more vCPUs from now on, or fewer when the number is negative."""
        self._settle(now, window)
        self.holds += milli

    def usage(self, now: float, window: float) -> float:
        """Return the usage that shares are compared by, in thousandths of a vCPU."""
        self._settle(now, window)
        return self._mean + self.holds

    def active(self, now: float, window: float) -> bool:
        """Say whether it has jobs that have not ended, or had some within the window."""
        return bool(self.alive) or now - self.seen_at < window

    def waiting(self) -> list[Job]:
        """Return its RUNNABLE jobs in order."""
        return [job for _, _, job in sorted(entry for entry in self._heap if waits(entry[2]))]

    def past(self) -> list[float]:
        """Return what a restart must not forget: the mean, when it was worked out, and when it was seen last."""
        return [self._mean, self._at, self.seen_at]

    def put_past(self, mean: float, at: float, seen_at: float) -> None:
        """Take over what `past` returned."""
        self._mean, self._at, self.seen_at = mean, at, seen_at

    def _settle(self, now: float, window: float) -> None:
        if now > self._at:
            self._mean = self.holds + (self._mean - self.holds) * math.exp((self._at - now) / window)
            self._at = now


class ShareLine:
    """Shares by their usage times their weight factor, the lowest first; within a share by scheduling priority.

    A weight factor of 0.125 so gets eight times the vCPUs of 1. See
    https://docs.aws.amazon.com/batch/latest/userguide/share-identifiers.html and
    https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html. As in every queue, the job whose
    turn it is holds back the others until there is room for it.

    Args:
        queue: The queue, whose policy is read anew for each decision.
    """

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self.shares: dict[str, Share] = {}
        self.advanced_at = 0

    def share(self, name: str, now: float) -> Share:
        """Return a share, a new one when it was not known."""
        found = self.shares.get(name)
        if found is None:
            found = self.shares[name] = Share(name, now)
        return found

    def active_shares(self, now: float) -> int:
        """Return the number of active shares, forgetting those that no longer are."""
        window = self._window
        gone = [name for name, share in self.shares.items() if not share.active(now, window)]
        for name in gone:
            del self.shares[name]
        return len(self.shares)

    def admit(self, job: Job, now: float) -> None:
        """Count a new job for its share, which is active from now on."""
        self.share(job.spec.share_identifier or "", now).alive += 1

    def ended(self, job: Job, now: float) -> None:
        """Count a job that ended no longer."""
        share = self.share(job.spec.share_identifier or "", now)
        share.alive -= 1
        share.seen_at = now

    def push(self, job: Job) -> None:
        """Add a job that became RUNNABLE."""
        self.shares[job.spec.share_identifier or ""].push(job)

    def head(self, now: float) -> Job | None:
        """Return the head of the share that has had the least for its weight; of two the older job."""
        best: tuple[float, int, Job] | None = None
        window, policy = self._window, self._queue.policy
        for share in self.shares.values():
            entry = share.head()
            if entry is not None:
                weight = 1.0 if policy is None else policy.weight(share.name)
                rank = (share.usage(now, window) * weight, entry[1], entry[2])
                if best is None or rank < best:
                    best = rank
        return None if best is None else best[2]

    def take(self, job: Job, now: float) -> None:
        """Take the head out, which is placed now."""
        share = self.shares[job.spec.share_identifier or ""]
        share.pop()
        share.hold(job.spec.milli_vcpus, now, self._window)
        self.advanced_at = int(now * 1000)

    def give_back(self, job: Job, now: float) -> None:
        """Note that a job no longer holds its vCPUs."""
        self.shares[job.spec.share_identifier or ""].hold(-job.spec.milli_vcpus, now, self._window)

    def allows(self, job: Job, now: float) -> bool:
        """Say whether the job leaves free what the policy reserves for shares that are not active yet.

        A job runs all the same when no other of the queue does: with a single host's worth of vCPUs it would never.
        """
        policy = self._queue.policy
        reservation = 0 if policy is None else policy.compute_reservation
        if not reservation:
            return True
        held = sum(share.holds for share in self.shares.values())
        total = sum(each.capacity for each in self._queue.environments if each.usable)
        kept = total * (reservation / 100) ** self.active_shares(now)
        return not held or held + job.spec.milli_vcpus <= total - kept

    def first(self, count: int, now: float) -> list[Job]:
        """Return the jobs in front, each as if those before it had been placed."""
        window, policy = self._window, self._queue.policy
        heap: list[tuple[float, int, int, list[Job], float, float]] = []
        for share in self.shares.values():
            jobs = share.waiting()
            if jobs:
                weight = 1.0 if policy is None else policy.weight(share.name)
                used = share.usage(now, window)
                heap.append((used * weight, jobs[0].order, 0, jobs, used, weight))
        heapq.heapify(heap)
        found: list[Job] = []
        while heap and len(found) < count:
            _, _, position, jobs, used, weight = heapq.heappop(heap)
            job = jobs[position]
            found.append(job)
            if position + 1 < len(jobs):
                used += job.spec.milli_vcpus
                heapq.heappush(heap, (used * weight, jobs[position + 1].order, position + 1, jobs, used, weight))
        return found

    def usage(self) -> list[list[Any]]:
        """Return what the shares have had, to be put back by `put_usage`."""
        return [[share.name, *share.past()] for share in self.shares.values()]

    def put_usage(self, usage: list[list[Any]]) -> None:
        """Take over what the shares had before."""
        for name, *past in usage:
            self.share(name, 0.0).put_past(*past)

    @property
    def _window(self) -> float:
        policy = self._queue.policy
        return SHORTEST_WINDOW_SECONDS if policy is None else policy.decay_seconds or SHORTEST_WINDOW_SECONDS

    def __iter__(self) -> Iterator[Job]:
        return (job for share in self.shares.values() for job in share.waiting())
