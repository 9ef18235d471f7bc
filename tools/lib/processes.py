"""Finds and ends processes by what they are, so that a process number used again by another program is never hit."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

PROGRAMS = frozenset({"dockerd", "containerd", "containerd-shim", "containerd-shim-runc-v2"})


def of_engine(folder: Path) -> list[int]:
    """The processes of the Docker engine whose files are below `folder`."""
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return sorted(number for number in numbers if belongs(number, folder))


def belongs(pid: int, folder: Path) -> bool:
    """Whether the process runs, is one of an engine's programs and was given a path below `folder`.

    A client that only talks to the engine's socket is another program, so it never counts.
    """
    try:
        program, *arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    values = (argument.rpartition("=")[2].removeprefix("unix://") for argument in arguments)
    return Path(program).name in PROGRAMS and any(value.startswith(f"{folder}/") for value in values)


def end(pid: int, folder: Path, grace: float) -> None:
    """Asks the process to end and, after `grace` seconds, ends it; does nothing when it is no longer ours."""
    for sign, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 10.0)):
        if not belongs(pid, folder):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        deadline = time.monotonic() + seconds
        # A zombie has no arguments any more, so an ended child that nobody waited for counts as gone.
        while belongs(pid, folder) and time.monotonic() < deadline:
            time.sleep(0.05)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
