"""How often Python looks for garbage while a simulation runs."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_THRESHOLDS: Final = (1_000_000, 20, 50)


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Collect, but rarely, while a simulation runs.

    With Python's own thresholds a fifth of the time of many jobs goes into looking at jobs that wait, which are no
    garbage. Jobs that ended are: an array's parent and its children hold each other.
    """
    before, enabled = gc.get_threshold(), gc.isenabled()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not enabled:
            gc.disable()
