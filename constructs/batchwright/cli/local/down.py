"""`batchwright local down`: ends a local AWS."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from batchwright.cli.local.finding import Port, find

if TYPE_CHECKING:
    from batchwright.local.control import Record

# Jobs get their grace time, stacks and workers are ended, containers removed.
_PATIENCE_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.05


def down(
    port: Port = None,
    every: Annotated[bool, typer.Option("--all", help="End all that are up.")] = False,
) -> None:
    """End a local AWS: its jobs are stopped, its containers removed; what it holds is gone but for `up --state`."""
    from batchwright.local.control import ServerRecords

    running = ServerRecords().running() if every else [find(port)]
    if not running:
        sys.stderr.write("No local AWS is up.\n")
    for record in running:
        _end(record)
        sys.stderr.write(f"The local AWS at {record.endpoint} is down.\n")


def _end(record: Record) -> None:
    from batchwright.local.control import ServerRecords

    _signal(record, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while record.alive and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
    if record.alive:
        sys.stderr.write(f"It did not end within {_PATIENCE_SECONDS:.0f} s of SIGTERM and is killed.\n")
        _signal(record, signal.SIGKILL)
    ServerRecords().remove(record)
    if record.log:
        _tell_failures(Path(record.log))


def _tell_failures(log: Path) -> None:
    """Show why the server's end failed, a state that could not be written among it, and remove the file."""
    with suppress(FileNotFoundError):
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("batchwright: "):
                sys.stderr.write(f"{line}\n")
        log.unlink()


def _signal(record: Record, number: int) -> None:
    if record.alive:
        os.kill(record.pid, number)
