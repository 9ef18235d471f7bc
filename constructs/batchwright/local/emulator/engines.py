"""One Batch engine a region, made when it is first needed."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from batchwright.local.engine import BatchError

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
        """Return the engine of a region, or raise BatchError when they were closed."""
        with self._lock:
            if self._closed:
                raise BatchError("The local AWS is closed.", code="ServerException")
            if region not in self._engines:
                self._engines[region] = self._make(region)
            return self._engines[region]

    def close(self) -> None:
        """Close every engine. May be called twice."""
        with self._lock:
            self._closed = True
            engines, self._engines = list(self._engines.values()), {}
        with ExitStack() as steps:
            for engine in engines:
                steps.callback(engine.close)
