"""SIGTERM: AWS Batch sends it when a job is cancelled or times out, or when its Spot instance goes."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def stop_on_sigterm() -> threading.Event:
    """Return an event that SIGTERM sets. Must be called in the main thread.

    A process with number 1, as in a container, gets no SIGTERM at all unless it has a handler; so this comes before
    anything slow.
    """
    stop = threading.Event()

    def handle(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    return stop
