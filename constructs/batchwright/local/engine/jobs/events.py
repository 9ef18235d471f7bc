"""Hands state changes to whoever listens, outside the engine's lock and in order."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.jobs.describing import queue_blocked_event, state_change_event

if TYPE_CHECKING:
    from batchwright.local.engine.api.names import Names
    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.states import JobState

Render = Callable[["Job", "JobState", float, "Names"], Mapping[str, Any]]
_log = logging.getLogger(__name__)
_CLOSE_SECONDS: Final = 30.0


class EventDispatcher:
    """Calls `emit` for each transition, one at a time, in the order of the transitions.

    As on AWS the submission itself makes no event
    (https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html). Events are rendered here and not where
    they happen: a transition only puts a reference into a queue. With a simulated clock the clock makes the calls,
    otherwise a thread does. An `emit` that raises is logged with the job's id and does not hold back the next event.

    Args:
        emit: Receives each event; None when nobody does.
        clock: Makes the calls when it is simulated.
        names: The account and region of the events.
    """

    def __init__(self, *, emit: Callable[[Mapping[str, Any]], None] | None, clock: Clock, names: Names) -> None:
        self._emit = emit
        self._clock = clock
        self._names = names
        self._waiting: queue.SimpleQueue[tuple[Job, JobState, float, Render] | None] = queue.SimpleQueue()
        self._asked = False
        self._muted = False
        self._thread: threading.Thread | None = None
        if emit is not None and not clock.simulated:
            self._thread = threading.Thread(target=self._run, name="batchwright-events", daemon=True)
            self._thread.start()

    @property
    def wanted(self) -> bool:
        """Whether somebody receives events."""
        return self._emit is not None

    def publish(self, job: Job, state: JobState) -> None:
        """Queue the event of a transition that was just made. Never blocks."""
        if self._emit is not None:
            self._put(job, state, state_change_event)

    def publish_blocked(self, job: Job, state: JobState) -> None:
        """Queue the event of a job that blocks its queue. Never blocks."""
        if self._emit is not None:
            self._put(job, state, queue_blocked_event)

    def mute(self) -> None:
        """Queue nothing any more."""
        self._muted = True

    def _put(self, job: Job, state: JobState, render: Render) -> None:
        if self._muted:
            return
        self._waiting.put((job, state, self._clock.now(), render))
        if self._thread is None and not self._asked:
            self._asked = True
            self._clock.call_later(0.0, self._drain)

    def close(self) -> None:
        """Deliver what is queued, then end the thread."""
        if self._thread is None:
            self._drain()
            return
        self._waiting.put(None)
        if threading.current_thread() is self._thread:
            return
        self._thread.join(_CLOSE_SECONDS)
        if self._thread.is_alive():
            _log.error("a listener still holds a Batch event after %.0f s; %d are lost", _CLOSE_SECONDS, self._left())

    def _left(self) -> int:
        return max(0, self._waiting.qsize() - 1)

    def _drain(self) -> None:
        self._asked = False
        while not self._waiting.empty():
            item = self._waiting.get()
            if item is not None:
                self._deliver(*item)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            self._deliver(*item)

    def _deliver(self, job: Job, state: JobState, at: float, render: Render) -> None:
        if self._emit is None:
            return
        try:
            self._emit(render(job, state, at, self._names))
        except Exception:
            _log.exception("delivering the event %s of job %s failed", state.status, job.id)
