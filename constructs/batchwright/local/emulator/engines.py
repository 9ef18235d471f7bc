"""One Batch engine a region, made when it is first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.engine import BatchEngine


class Engines:
    """The engines of a server."""

    def __init__(self, make: Callable[[str], BatchEngine]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._engines: dict[str, BatchEngine] = {}
        self._closed = False

    def of(self, region: str) -> BatchEngine:
        """Return the engine of a region."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the local AWS is closed")
            if region not in self._engines:
                self._engines[region] = self._make(region)
            return self._engines[region]

    def close(self) -> None:
        """Close every engine. May be called twice."""
        with self._lock:
            self._closed = True
            engines, self._engines = list(self._engines.values()), {}
        for engine in engines:
            engine.close()
