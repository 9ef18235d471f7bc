"""A local AWS in a process of its own, behind the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from batchwright.cli.failure import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from batchwright.local.control import Record

LOG_VARIABLE: Final = "BATCHWRIGHT_LOCAL_LOG"
"""Names the file that a server in the background writes to; the server keeps it in its record."""

_START_SECONDS: Final = 90.0
_PAUSE_SECONDS: Final = 0.05


def start(arguments: Sequence[str]) -> Record:
    """Start `batchwright local up` behind this process; returns once the server answers.

    Raises:
        CommandError: It ended before, with the reason that it gave.
    """
    from batchwright.local.control import ServerRecords

    records = ServerRecords()
    log = records.log_file()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "batchwright.cli", "local", "up", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Apart from this terminal: neither its Ctrl-C nor its end reaches the server.
            start_new_session=True,
            env={**os.environ, LOG_VARIABLE: str(log)},
        )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        record = next((each for each in records.running() if each.pid == process.pid), None)
        if record is not None:
            return record
        if process.poll() is not None:
            raise CommandError(_last_line(log) or f"the server ended with {process.returncode}; see {log}")
        time.sleep(_PAUSE_SECONDS)
    process.kill()
    process.wait()
    raise CommandError(f"the server was not up within {_START_SECONDS:.0f} s; see {log}")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    log.unlink()
    return lines[-1].removeprefix("batchwright: ") if lines else ""
