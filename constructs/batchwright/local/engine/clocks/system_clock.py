"""The machine's clock."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from batchwright.local.engine.clocks.timers import TimerHeap

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.engine.clocks.clock import Timer

_log = logging.getLogger(__name__)


class SystemClock:
    """Real time; calls run one after another on one daemon thread.

    A call that raises is logged and does not stop the ones after it. Calls must be quick: they delay each other.
    """

    simulated = False

    def __init__(self, *, name: str = "batchwright-clock") -> None:
        self._heap = TimerHeap()
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def call_later(self, delay: float, fn: Callable[[], None]) -> Timer:
        """Call `fn` on the clock's thread after `delay` seconds. After `close` it is never called."""
        # Due times are monotonic: a jump of the wall clock must not fire or hold back a timeout.
        due = time.monotonic() + max(0.0, delay)
        with self._wake:
            call = self._heap.add(due, fn)
            if self._closed:
                call.cancel()
            self._wake.notify()
        return call

    def close(self) -> None:
        """Drop all calls and end the thread, waiting for a call that is being made."""
        with self._wake:
            self._closed = True
            self._heap.clear()
            self._wake.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=30)

    def _run(self) -> None:
        while True:
            with self._wake:
                fn = self._next()
            if fn is None:
                return
            try:
                fn()
            except Exception:
                _log.exception("a call of the clock failed")

    def _next(self) -> Callable[[], None] | None:
        while not self._closed:
            fn = self._heap.take(time.monotonic())
            if fn is not None:
                return fn
            due = self._heap.next_due()
            self._wake.wait(None if due is None else max(0.0, due - time.monotonic()))
        return None
