"""Which process is which: its number alone does not tell, as numbers are used again."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

_PROCESSES: Final = Path("/proc")
_START_FIELD: Final = 19
"""Of /proc/PID/stat, counted from the field after the name, which may have blanks."""
_ENDED: Final = ("Z", "X")
_PS_SECONDS: Final = 5.0
_UNKNOWN: Final = "?"


def process_began(pid: int) -> str:
    """Return when a process began, in some form that stays the same; empty when there is none, or it has ended."""
    if not _PROCESSES.is_dir():
        return _asked(pid)
    try:
        # The name in brackets may hold any character: what counts begins after the last one.
        line = (_PROCESSES / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = line.rpartition(")")[2].split()
    # A zombie has ended, whenever its parent asks for its end.
    return "" if fields[0] in _ENDED else fields[_START_FIELD]


def own_mark() -> str:
    """Return what says which process this is, and where: `host|process names|boot|pid|begin`."""
    return "|".join((*_place(), _boot(), str(os.getpid()), process_began(os.getpid())))


def is_gone(mark: str) -> bool:
    """Say whether the process of a mark has ended for certain.

    An engine, or a folder, may be shared with other machines, or with containers that number their processes by
    themselves. Those are never judged. A process of this machine is gone when the machine was started again, when there
    is none with its number, or when that one began at another time.
    """
    try:
        host, names, boot, pid, began = mark.split("|")
    except ValueError:
        return False
    if (host, names) != _place() or not pid.isdigit():
        return False
    return boot != _boot() or process_began(int(pid)) != began


def _asked(pid: int) -> str:
    try:
        told = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False, timeout=_PS_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        # Nobody knows: the same for every process, so that none of this machine's counts as gone.
        return _UNKNOWN
    return told.stdout.strip()


def _place() -> tuple[str, str]:
    names = ""
    with suppress(OSError):
        names = str((_PROCESSES / "self/ns/pid").readlink())
    return socket.gethostname().replace("|", "-"), names


def _boot() -> str:
    try:
        return (_PROCESSES / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
