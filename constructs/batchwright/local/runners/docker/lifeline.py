"""Binds what this process makes in the Docker engine to its life."""

from __future__ import annotations

from typing import Final

from batchwright.local.runners.docker.reaper import CLOSED
from batchwright.local.runners.helper import Helper

_PROGRAM: Final = "batchwright.local.runners.docker.reaper"


class Lifeline:
    """Has the containers, networks and volumes of this process removed when it is killed.

    A helper process does, by the label that says whose they are. Without it, or without an engine at that moment, the
    next server that starts does. Thread-safe.
    """

    def __init__(self) -> None:
        self._helper = Helper(["-I", "-m", _PROGRAM], without="containers will outlive a crash of this process")

    def hold(self) -> None:
        """Begin; may be called again."""
        self._helper.tell()

    def close(self) -> None:
        """End the helper, which leaves everything alone then."""
        self._helper.close(CLOSED)
