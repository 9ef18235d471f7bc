"""The thread that saves while a server runs."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger("batchwright.local")
SAVE_SECONDS: Final = 5.0
"""What is changed is saved at most so much later, unless a save takes long."""
_SHARE: Final = 20.0
_TICK_SECONDS: Final = 1.0
_UNASKED_SECONDS: Final = 30.0


class Saver:
    """Saves what was changed: soon, but never more than a twentieth of the time, and not when nothing was changed.

    State machines and schedules change things without being asked; so now and then it looks without being told.

    Args:
        save: Saves what differs from the save before; raises OSError or ValueError when it cannot.
        tend: Called each second; says whether to save at once.
        seconds: Time between two saves, at the least.
    """

    def __init__(self, *, save: Callable[[], None], tend: Callable[[], bool], seconds: float) -> None:
        self._save = save
        self._tend = tend
        self._seconds = seconds
        self._touched = False
        self._failing = False
        self._begun = self._ended = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="batchwright-state", daemon=True)
        self._thread.start()

    def touch(self) -> None:
        """Note that something may have been changed."""
        self._touched = True

    def close(self) -> None:
        """End the thread, after the save that it is at. May be called twice."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(min(_TICK_SECONDS, self._seconds)):
            try:
                if self._tend() or self._due():
                    self._once()
            except Exception:
                _log.exception("state: the server goes on, but was not saved")

    def _due(self) -> bool:
        rest = max(self._seconds, _SHARE * (self._ended - self._begun))
        return time.monotonic() - self._ended >= (rest if self._touched else max(rest, _UNASKED_SECONDS))

    def _once(self) -> None:
        self._begun = time.monotonic()
        self._touched = False
        try:
            self._save()
        except (OSError, TypeError, ValueError, RuntimeError) as error:
            self._touched = True
            if not self._failing:
                _log.warning("state: the server goes on, but could not be saved, it is tried again: %s", error)
            self._failing = True
        else:
            self._failing = False
        self._ended = time.monotonic()
