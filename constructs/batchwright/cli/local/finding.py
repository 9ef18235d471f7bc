"""Which of the local AWS servers of this machine a command means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from batchwright.cli.failure import CommandError
from batchwright.cli.local.explained import explained

if TYPE_CHECKING:
    from batchwright.local.control import ControlClient, Record

_HIGHEST: Final = 65_535

Port = Annotated[
    int | None,
    typer.Option(
        "--port", min=1, max=_HIGHEST, help="The local AWS on this port, when several are up.", show_default=False
    ),
]
"""The option of every command that speaks to a server."""


def find(port: int | None) -> Record:
    """Return the record of the server on a port, or of the only one.

    Raises:
        CommandError: None is up, or several are and no port was given.
    """
    with explained():
        from batchwright.local.control import ServerRecords

    running = ServerRecords().running()
    chosen = [record for record in running if port in (None, record.port)]
    ports = ", ".join(str(record.port) for record in running)
    if not running:
        raise CommandError("no local AWS is up; start one with `batchwright local up`")
    if not chosen:
        raise CommandError(f"no local AWS is up on port {port}; there are some on: {ports}")
    if len(chosen) > 1:
        raise CommandError(f"several are up, on ports {ports}; choose one with --port")
    return chosen[0]


def connect(port: int | None) -> ControlClient:
    """Return a client of that server."""
    from batchwright.local.control import ControlClient

    return ControlClient(find(port))
