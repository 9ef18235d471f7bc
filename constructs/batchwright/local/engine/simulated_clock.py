"""A clock that moves only when told."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from batchwright.local.engine.timers import TimerHeap

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.engine.clock import Timer


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
            return self._heap.add(self._now + max(0.0, delay), fn)

    def advance(self, seconds: float = 0.0) -> None:
        """Move by `seconds`, making every call that comes due on the way, also those that are added meanwhile."""
        end = self._now + seconds
        while True:
            with self._lock:
                due = self._heap.next_due()
                fn = self._heap.pop(end)
            if fn is None or due is None:
                break
            self._now = max(self._now, due)
            fn()
        self._now = max(self._now, end)

    def run(self) -> float:
        """Move on until nothing is left to be called, and return the time then."""
        while (due := self._heap.next_due()) is not None:
            self.advance(max(0.0, due - self._now))
        return self._now

    def close(self) -> None:
        """Drop all calls that are still to be made."""
        with self._lock:
            self._heap.clear()
