"""What a runner cannot do, said once."""

from __future__ import annotations

import logging
import threading

_log = logging.getLogger(__name__)


class Notices:
    """Warns of each thing once in the life of a runner, however many jobs ask for it. Thread-safe."""

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def say(self, text: str, *, once: str | None = None) -> None:
        """Log a warning, unless the same one, or one of the same name `once`, was logged before."""
        key = once or text
        with self._lock:
            if key in self._said:
                return
            self._said.add(key)
        _log.warning("%s", text)
