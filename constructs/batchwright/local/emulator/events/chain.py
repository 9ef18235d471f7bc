"""Stops events that start work that makes events that start work."""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

from contextlib import contextmanager

_log = logging.getLogger("batchwright.local.events")
_depth: contextvars.ContextVar[int] = contextvars.ContextVar("batchwright_event_depth", default=0)
_REMEMBERED_JOBS = 100_000
_MINUTE = 60.0


class ChainGuard:
    """Counts how far a piece of work is from the call that began the chain, and how much rules start a minute.

    A chain is followed through rules, state machines and jobs. Work that a container or a Lambda function starts over
    the API begins a new chain; the brake a minute is for those loops.

    Args:
        max_depth: Rules that may fire one after the other, each because of the last (default 20: real pipelines have a
            handful).
        max_starts: State machines and jobs that rules may start in a minute (default 1000).
        now: Clock in seconds.
    """

    def __init__(
        self, *, max_depth: int = 20, max_starts: int = 1000, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_depth = max_depth
        self._max_starts = max_starts
        self._now = now
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, int] = OrderedDict()
        self._starts: deque[float] = deque()
        self._refused: list[str] = []

    @property
    def refused(self) -> list[str]:
        """One text for each delivery that was refused, the oldest first."""
        with self._lock:
            return list(self._refused)

    @contextmanager
    def event_of_job(self, job_id: str) -> Iterator[None]:
        """Deliver an event of a job at the depth at which the job was submitted."""
        with self._lock:
            depth = self._jobs.get(job_id.split(":")[0].split("#")[0], 0)
        token = _depth.set(depth)
        try:
            yield
        finally:
            _depth.reset(token)

    @contextmanager
    def delivery(self, rule: str, target: str, *, starts_work: bool) -> Iterator[bool]:
        """Go one step deeper for the delivery to a target; False when it has to be refused."""
        reason = self._refusal(starts_work=starts_work)
        if reason:
            text = f"event loop: rule {rule} does not reach {target}: {reason}"
            with self._lock:
                self._refused.append(text)
            _log.error(text)
            yield False
            return
        token = _depth.set(_depth.get() + 1)
        try:
            yield True
        finally:
            _depth.reset(token)

    def job_submitted(self, job_id: str) -> None:
        """Remember how deep in a chain a job was submitted."""
        depth = _depth.get()
        if depth == 0:
            return
        with self._lock:
            self._jobs[job_id] = depth
            while len(self._jobs) > _REMEMBERED_JOBS:
                self._jobs.popitem(last=False)

    def _refusal(self, *, starts_work: bool) -> str:
        if _depth.get() >= self._max_depth:
            return f"{self._max_depth} rules fired one because of the other"
        if not starts_work:
            return ""
        now = self._now()
        with self._lock:
            while self._starts and self._starts[0] <= now - _MINUTE:
                self._starts.popleft()
            if len(self._starts) >= self._max_starts:
                return f"rules started {self._max_starts} state machines and jobs within a minute"
            self._starts.append(now)
        return ""
