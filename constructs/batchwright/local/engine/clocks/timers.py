"""The heap of calls that both clocks keep."""

from __future__ import annotations

import heapq
from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_COMPACT_FROM: Final = 1_024
"""Below this many entries a heap with dead ones in it costs less than cleaning it."""


class PendingCall(list[Any]):
    """One call in a heap: its due time, its number, and what is called, None once it is cancelled.

    A list, because lists are compared without calling Python; the number makes each one's place unique.
    """

    __slots__ = ("heap",)
    heap: TimerHeap

    def cancel(self) -> None:
        """Take the call back."""
        if self[2] is not None:
            self[2] = None
            self.heap.cancelled += 1


class TimerHeap:
    """Calls ordered by due time, then by the order in which they were added. Not thread-safe.

    Cancelled calls stay in the heap until they come up; when they are the majority the heap is rebuilt, so that many
    long timeouts of short jobs do not pile up. Calls for the present moment need no heap: they stand in line.
    """

    def __init__(self) -> None:
        self._calls: list[PendingCall] = []
        self._soon: deque[PendingCall] = deque()
        self._order = count()
        self.cancelled = 0

    def add(self, due: float, fn: Callable[[], None]) -> PendingCall:
        """Add a call and return it."""
        call = self._pending(due, fn)
        heapq.heappush(self._calls, call)
        if len(self._calls) > _COMPACT_FROM and self.cancelled * 2 > len(self._calls):
            self._calls = [call for call in self._calls if call[2] is not None]
            heapq.heapify(self._calls)
            self.cancelled = 0
        return call

    def add_now(self, now: float, fn: Callable[[], None]) -> PendingCall:
        """Add a call that is due now, and return it; `now` must not fall from call to call."""
        call = self._pending(now, fn)
        self._soon.append(call)
        return call

    def next_due(self) -> float | None:
        """Return when the next live call is due, or None when there is none."""
        while (call := self._first()) is not None:
            if call[2] is not None:
                return float(call[0])
            self._drop(call)
            self.cancelled = max(0, self.cancelled - 1)
        return None

    def pop(self, until: float) -> Callable[[], None] | None:
        """Take out the next live call that is due at `until` or before, or return None."""
        found = self.take(until)
        return None if found is None else found[1]

    def take(self, until: float) -> tuple[float, Callable[[], None]] | None:
        """Like `pop`, with the time at which the call was due."""
        while (call := self._first()) is not None and call[0] <= until:
            self._drop(call)
            fn, call[2] = call[2], None
            if fn is not None:
                return call[0], fn
            self.cancelled = max(0, self.cancelled - 1)
        return None

    def clear(self) -> None:
        """Drop every call."""
        self._calls.clear()
        self._soon.clear()
        self.cancelled = 0

    def _pending(self, due: float, fn: Callable[[], None]) -> PendingCall:
        call = PendingCall((due, next(self._order), fn))
        call.heap = self
        return call

    def _first(self) -> PendingCall | None:
        calls, soon = self._calls, self._soon
        if soon and not (calls and calls[0] < soon[0]):
            return soon[0]
        return calls[0] if calls else None

    def _drop(self, first: PendingCall) -> None:
        if self._soon and self._soon[0] is first:
            self._soon.popleft()
        else:
            heapq.heappop(self._calls)
