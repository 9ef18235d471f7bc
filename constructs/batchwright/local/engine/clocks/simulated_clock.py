"""A clock that moves only when told."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

from batchwright.local.engine.clocks.timers import TimerHeap

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.engine.clocks.clock import Timer


class SimulatedClock:
    """Time for tests and simulations: `advance` moves it and makes the calls that come due, in the caller's thread.

    Args:
        start: The first moment, in seconds since the epoch.
    """

    simulated = True

    def __init__(self, *, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._heap = TimerHeap()
        self._lock = threading.RLock()

    def now(self) -> float:
        """Return the simulated seconds since the epoch."""
        return self._now

    def call_later(self, delay: float, fn: Callable[[], None]) -> Timer:
        """Call `fn` when the clock has moved by `delay` seconds; 0 means at the next `advance` or `run`."""
        with self._lock:
            now, due = self._now, self._now + delay
            return self._heap.add(due, fn) if due > now else self._heap.add_now(now, fn)

    def next_due(self) -> float | None:
        """Return when the next call is due, in seconds since the epoch, or None when there is none."""
        with self._lock:
            return self._heap.next_due()

    def advance(self, seconds: float = 0.0) -> None:
        """Move by `seconds`, making every call that comes due on the way, also those that are added meanwhile."""
        self.advance_to(self._now + seconds)

    def advance_to(self, end: float) -> None:
        """Move to a time, in seconds since the epoch, as `advance` does."""
        while self.advance_to_next(end):
            pass
        self._now = max(self._now, end)

    def advance_to_next(self, end: float) -> bool:
        """Move to the next moment that has a call, `end` at the latest, and make all calls of it.

        Returns:
            Whether there was one. Else the clock stands where it stood.
        """
        heap, lock, until, found = self._heap, self._lock, end, False
        while True:
            with lock:
                fn = heap.take(until)
                if fn is None:
                    return found
                until = self._now = max(self._now, heap.due)
            found = True
            fn()

    def run(self) -> float:
        """Move on until nothing is left to be called, and return the time then."""
        while self.advance_to_next(math.inf):
            pass
        return self._now

    def close(self) -> None:
        """Drop all calls that are still to be made."""
        with self._lock:
            self._heap.clear()
