"""Lets a signal end the demo in good order, and lets nothing disturb the clearing up."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """Raise KeyboardInterrupt at the first signal of the block; later ones have no effect."""
    taken = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal taken
        if not taken:
            taken = True
            raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def hold_signals() -> None:
    """Let signals have no effect from now on: what is left to do is clearing up."""
    for number in _SIGNALS:
        # Not SIG_IGN, which processes that are started now would inherit.
        signal.signal(number, lambda *_: None)
