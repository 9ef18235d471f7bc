"""The heap of calls that both clocks keep."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_COMPACT_FROM: Final = 1_024
"""Below this many entries a heap with dead ones in it costs less than cleaning it."""


class PendingCall:
    """One call in a heap; cancelling only marks it."""

    __slots__ = ("_heap", "due", "fn", "order")

    def __init__(self, due: float, order: int, fn: Callable[[], None], heap: TimerHeap) -> None:
        self.due = due
        self.order = order
        self.fn: Callable[[], None] | None = fn
        self._heap = heap

    def __lt__(self, other: PendingCall) -> bool:
        return (self.due, self.order) < (other.due, other.order)

    def cancel(self) -> None:
        """Take the call back."""
        if self.fn is not None:
            self.fn = None
            self._heap.cancelled += 1


class TimerHeap:
    """Calls ordered by due time, then by the order in which they were added. Not thread-safe.

    Cancelled calls stay in the heap until they come up; when they are the majority the heap is rebuilt, so that many
    long timeouts of short jobs do not pile up.
    """

    def __init__(self) -> None:
        self._calls: list[PendingCall] = []
        self._order = count()
        self.cancelled = 0

    def add(self, due: float, fn: Callable[[], None]) -> PendingCall:
        """Add a call and return it."""
        call = PendingCall(due, next(self._order), fn, self)
        heapq.heappush(self._calls, call)
        if len(self._calls) > _COMPACT_FROM and self.cancelled * 2 > len(self._calls):
            self._calls = [c for c in self._calls if c.fn is not None]
            heapq.heapify(self._calls)
            self.cancelled = 0
        return call

    def next_due(self) -> float | None:
        """Return when the next live call is due, or None when there is none."""
        while self._calls and self._calls[0].fn is None:
            heapq.heappop(self._calls)
            self.cancelled = max(0, self.cancelled - 1)
        return self._calls[0].due if self._calls else None

    def pop(self, until: float) -> Callable[[], None] | None:
        """Take out the next live call that is due at `until` or before, or return None."""
        due = self.next_due()
        if due is None or due > until:
            return None
        call = heapq.heappop(self._calls)
        fn, call.fn = call.fn, None
        return fn

    def clear(self) -> None:
        """Drop every call."""
        self._calls.clear()
        self.cancelled = 0
