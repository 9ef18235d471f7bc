"""Ends what it was told of when its standard input ends: run as a program by `Watchdog`, with nothing but the library.

Each line is `+GROUP FOLDER` (a process group and its working folder), or `-GROUP` for one that is over.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Follow the lines to their end, then kill the groups that are left and remove their folders."""
    watched: dict[int, str] = {}
    for line in sys.stdin:
        if not line.endswith("\n"):
            # The writer died in the middle of it.
            break
        group, _, folder = line[1:-1].partition(" ")
        if line.startswith("+"):
            watched[int(group)] = folder
        else:
            watched.pop(int(group), None)
    for number, folder in watched.items():
        # One that has ended by itself is no error.
        with suppress(OSError):
            os.killpg(number, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
