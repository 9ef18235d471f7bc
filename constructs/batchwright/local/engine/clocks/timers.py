"""The calls that both clocks keep until they are due."""

from __future__ import annotations

import heapq
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_COMPACT_FROM: Final = 1_024
"""Below this many calls dead ones among them cost less than cleaning up."""


class PendingCall:
    """A call that is to be made, or was taken back.

    Attributes:
        fn: What is called; None once it was, or is cancelled.
    """

    __slots__ = ("_timers", "fn")

    def __init__(self, fn: Callable[[], None], timers: TimerHeap) -> None:
        self.fn: Callable[[], None] | None = fn
        self._timers = timers

    def cancel(self) -> None:
        """Take the call back."""
        if self.fn is not None:
            self.fn = None
            self._timers.cancelled += 1


class TimerHeap:
    """Calls ordered by due time, then by the order in which they were added. Not thread-safe.

    The heap has the moments alone, as plain numbers, which compare several times as fast as entries of a heap do; the
    calls of a moment stand in line beside it. Cancelled calls stay where they are until they come up; when they are
    the majority they are swept out, so that many long timeouts of short jobs do not pile up.

    Attributes:
        due: When the calls that come next, or came last, were due.
        cancelled: About how many dead calls there are.
    """

    def __init__(self) -> None:
        self._moments: list[float] = []
        self._calls: dict[float, list[PendingCall]] = {}
        self._soon: deque[PendingCall] = deque()
        self._size = 0
        self.due = 0.0
        self.cancelled = 0

    def add(self, due: float, fn: Callable[[], None]) -> PendingCall:
        """Add a call and return it."""
        call = PendingCall(fn, self)
        calls = self._calls.get(due)
        if calls is None:
            self._calls[due] = [call]
            heapq.heappush(self._moments, due)
        else:
            calls.append(call)
        self._size += 1
        if self._size > _COMPACT_FROM and self.cancelled * 2 > self._size:
            self._sweep()
        return call

    def add_now(self, now: float, fn: Callable[[], None]) -> PendingCall:
        """Add a call that is due now, and return it; `now` must not fall, nor be before what was taken last."""
        call = PendingCall(fn, self)
        self.due = now
        self._soon.append(call)
        return call

    def next_due(self) -> float | None:
        """Return when the next live call is due, or None when there is none."""
        soon, moments = self._soon, self._moments
        while soon:
            if soon[0].fn is not None:
                return self.due
            soon.popleft()
            self._dropped()
        while moments:
            calls = self._calls[moments[0]]
            if calls[0].fn is not None or any(call.fn is not None for call in calls):
                return moments[0]
            self._size -= len(calls)
            for _ in self._calls.pop(heapq.heappop(moments)):
                self._dropped()
        return None

    def take(self, until: float) -> Callable[[], None] | None:
        """Take out the next live call that is due at `until` or before, and set `due`; or return None."""
        soon, moments = self._soon, self._moments
        while True:
            while soon:
                call = soon.popleft()
                fn = call.fn
                if fn is not None:
                    call.fn = None
                    return fn
                self._dropped()
            if not moments or moments[0] > until:
                return None
            self.due = due = heapq.heappop(moments)
            calls = self._calls.pop(due)
            self._size -= len(calls)
            soon.extend(calls)

    def clear(self) -> None:
        """Drop every call."""
        self._moments.clear()
        self._calls.clear()
        self._soon.clear()
        self._size = self.cancelled = 0

    def _dropped(self) -> None:
        self.cancelled = max(0, self.cancelled - 1)

    def _sweep(self) -> None:
        live = ((due, [call for call in calls if call.fn is not None]) for due, calls in self._calls.items())
        self._calls = {due: calls for due, calls in live if calls}
        self._moments = list(self._calls)
        heapq.heapify(self._moments)
        self._size = sum(map(len, self._calls.values()))
        self.cancelled = 0
