"""Labels of what a server makes in the Docker engine, and whose it is."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

SERVER_LABEL: Final = "batchwright.server"
OWNER_LABEL: Final = "batchwright.owner"
JOB_LABEL: Final = "batchwright.job"
_PROCESSES: Final = Path("/proc")
_START_FIELD: Final = 19
"""Of /proc/PID/stat, counted from the field after the name, which may have blanks."""
_ENDED: Final = ("Z", "X")
_PS_SECONDS: Final = 5.0


def own_mark() -> str:
    """Return what says which process this is, and where: `host|process names|boot|pid|start`."""
    return "|".join((*_place(), _boot(), str(os.getpid()), _started(os.getpid()) or "?"))


def is_gone(mark: str) -> bool:
    """Say whether the process of a mark has ended for certain.

    An engine may be shared with other machines, or with containers that number their processes by themselves. Those
    are never judged. A process of this machine is gone when the machine was started again, when there is none with its
    number, or when that one started at another time.
    """
    try:
        host, names, boot, pid, start = mark.split("|")
    except ValueError:
        return False
    if (host, names) != _place() or not pid.isdigit():
        return False
    return boot != _boot() or _started(int(pid)) != start


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


def _started(pid: int) -> str | None:
    """Return when a process started, in some form that stays the same; None when there is no such process."""
    if _PROCESSES.is_dir():
        try:
            fields = (_PROCESSES / f"{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        # A zombie has ended, whenever its parent asks for its end.
        return None if fields[0] in _ENDED else fields[_START_FIELD]
    try:
        told = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False, timeout=_PS_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        # Nobody knows: the same for every process, so that none of this machine's counts as gone.
        return "?"
    return told.stdout.strip() or None
