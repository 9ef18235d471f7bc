"""Binds the programs of process jobs to the life of this process."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from batchwright.local.runners.helper import Helper

_PROGRAM: Final = Path(__file__).with_name("orphans.py")


class Watchdog:
    """Kills the programs that are still there when this process is killed, and removes the folders that they work in.

    A helper process does, which is started with the first program. Thread-safe. Where it cannot run, a warning says so
    and programs run all the same.
    """

    def __init__(self) -> None:
        self._helper = Helper(["-I", "-S", str(_PROGRAM)], without="programs will outlive a crash of this process")

    def keep(self, folder: str) -> None:
        """Take care of a folder, and of what still runs in it when this process ends."""
        self._helper.tell(f"={folder}")

    def watch(self, group: int) -> None:
        """Take care of a process group."""
        self._helper.tell(f"+{group}")

    def forget(self, group: int) -> None:
        """Leave a group alone, because it is over."""
        self._helper.tell(f"-{group}")

    def close(self) -> None:
        """End the helper; what it still takes care of is killed, and removed."""
        self._helper.close()
