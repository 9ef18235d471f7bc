"""Time as the engine sees it. It never sleeps: it asks a clock to call it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer(Protocol):
    """A call that a clock will make."""

    def cancel(self) -> None:
        """Take the call back. Does nothing when it was made or taken back before."""


class Clock(Protocol):
    """The source of time and the only place where the engine's deferred work runs.

    Attributes:
        simulated: True when time moves only as its owner says. The engine then keeps no thread of its own.
    """

    simulated: bool

    def now(self) -> float:
        """Return seconds since the epoch."""

    def call_later(self, delay: float, fn: Callable[[], None]) -> Timer:
        """Call `fn` once, `delay` seconds from now; calls for the same moment run in the order they were asked for."""

    def close(self) -> None:
        """Drop all calls that are still to be made. Idempotent."""
