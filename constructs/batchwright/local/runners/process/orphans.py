"""Ends what it was told of when its standard input ends: run as a program by `Watchdog`, with nothing but the library.

Each line is `+GROUP` (a process group), `-GROUP` for one that is over, or `=FOLDER` (where all of them work).
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

FOLDER_VARIABLE = "BATCHWRIGHT_JOB_FOLDER"
"""Names its working folder to every program, and so tells which processes come from it."""
_PROCESSES = Path("/proc")


def main() -> None:
    """Follow the lines to their end, then kill what is left and remove the folders."""
    groups: set[int] = set()
    folders: list[str] = []
    for line in sys.stdin:
        if not line.endswith("\n"):
            # The writer died in the middle of it.
            break
        kind, rest = line[0], line[1:-1]
        if kind == "=":
            folders.append(rest)
        elif kind == "+":
            groups.add(int(rest))
        else:
            groups.discard(int(rest))
    for group in groups:
        # One that has ended by itself is no error.
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    for folder in folders:
        end_strays(f"{folder}/")
        shutil.rmtree(folder, ignore_errors=True)


def end_strays(folder: str) -> int:
    """Kill processes that a program left behind outside its group, as the end of a container would.

    They are known by the variable that they inherited. Only Linux shows it; elsewhere nothing is found.

    Args:
        folder: What the variable's value begins with.

    Returns:
        How many were found.
    """
    mark = b"\0" + f"{FOLDER_VARIABLE}={folder}".encode()
    found = 0
    for environment in _PROCESSES.glob("[0-9]*/environ"):
        # Those of other users are not shown, and some end meanwhile.
        with suppress(OSError):
            if mark in b"\0" + environment.read_bytes():
                os.kill(int(environment.parent.name), signal.SIGKILL)
                found += 1
    return found


if __name__ == "__main__":
    main()
