"""Watches the heads of queues: tells of those that block theirs, and cancels them when their time is over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from batchwright.local.engine.jobs.states import JobStatus
from batchwright.local.engine.queues.stuck import Stuck, stuck_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from threading import RLock
    from typing import Any

    from batchwright.local.engine.clocks.clock import Clock, Timer
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.states import JobState
    from batchwright.local.engine.queues.job_queue import JobQueue


@dataclass(slots=True)
class Block:
    """A job that blocks its queue, and since when, in seconds since the epoch."""

    job: Job
    stuck: Stuck
    since: float
    actions: object
    timer: Timer | None = None


class BlockedQueues:
    """Acts on jobs that stand at the head of a queue and cannot start.

    Such a job has AWS's reason as its status reason, a "Batch Job Queue Blocked" event tells of it, once for each
    reason, and `jobStateTimeLimitActions` of the queue that name the reason cancel it. AWS takes some minutes to find
    the reason; here it is found at once. See
    https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html.

    Args:
        lock: The engine's lock.
        clock: Time and deferred work.
        heads: Returns each queue in which jobs wait, with its head.
        publish: Receives the state of each job that blocks its queue.
        cancel: Cancels a job with a reason.
    """

    def __init__(
        self,
        *,
        lock: RLock,
        clock: Clock,
        heads: Callable[[], Iterator[tuple[JobQueue, Job]]],
        publish: Callable[[Job, JobState], None],
        cancel: Callable[[Job, str], None],
    ) -> None:
        self._lock = lock
        self._clock = clock
        self._heads = heads
        self._publish = publish
        self._cancel = cancel
        self._blocks: dict[int, Block] = {}

    def look(self) -> None:
        """Look at every head, after a pass of the scheduler. Needs the lock."""
        seen = set()
        for queue, job in self._heads():
            stuck = stuck_reason(job)
            if stuck is not None:
                seen.add(id(queue))
                self._note(queue, job, stuck)
        if self._blocks:
            for key in self._blocks.keys() - seen:
                self._drop(key)

    def _note(self, queue: JobQueue, job: Job, stuck: Stuck) -> None:
        key = id(queue)
        block = self._blocks.get(key)
        actions = queue.record.get("jobStateTimeLimitActions")
        if block is None or block.job is not job or block.stuck != stuck:
            self._drop(key)
            block = self._blocks[key] = Block(job, stuck, self._clock.now(), actions)
            job.stuck = stuck.text
            self._publish(job, job.state.changed(status_reason=stuck.text))
        elif block.actions is actions:
            return
        block.actions = actions
        self._limit(queue, block)

    def _limit(self, queue: JobQueue, block: Block) -> None:
        if block.timer is not None:
            block.timer.cancel()
            block.timer = None
        limits = [
            int(action["maxTimeSeconds"])
            for action in queue.record.get("jobStateTimeLimitActions", ())
            if _is_for(action, block.stuck)
        ]
        if limits:
            left = block.since + min(limits) - self._clock.now()
            block.timer = self._clock.call_later(max(0.0, left), partial(self._expire, id(queue), block))

    def _expire(self, key: int, block: Block) -> None:
        with self._lock:
            if self._blocks.get(key) is block and block.job.status is JobStatus.RUNNABLE:
                self._cancel(block.job, f"Canceled by JobStateTimeLimit action due to reason: {block.stuck.code}")

    def _drop(self, key: int) -> None:
        block = self._blocks.pop(key, None)
        if block is not None:
            block.job.stuck = None
            if block.timer is not None:
                block.timer.cancel()


def _is_for(action: Mapping[str, Any], stuck: Stuck) -> bool:
    # The reason may be given with AWS's text after it.
    return str(action["reason"]).startswith(stuck.code) and str(action["action"]).upper() == "CANCEL"
