"""`batchwright local run`: one execution of a state machine, watched to its end."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.text import Text

from batchwright.cli.failure import CommandError
from batchwright.cli.local.explained import explained
from batchwright.cli.local.finding import Port, connect
from batchwright.cli.screen import screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchwright.local.executions.execution import Execution, JobRun

_BETWEEN_LINES: Final = 1.0
"""Seconds: an array of thousands changes all the time."""


def run(
    state_machine: Annotated[
        str | None,
        typer.Argument(
            metavar="STATE_MACHINE",
            help="Its ARN, its name, or a part of the name that no other has; not needed when there is only one.",
            show_default=False,
        ),
    ] = None,
    given: Annotated[str, typer.Option("--input", metavar="JSON|@FILE", help="What the execution starts with.")] = "{}",
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="How long to wait for the end.")] = 3600,
    port: Port = None,
) -> None:
    """Start an execution, show its jobs until it ends, and print its output; of failed jobs also what they wrote.

    The output goes to standard output as JSON, all else to standard error. The exit code is 1 unless it SUCCEEDED.
    """
    state = _read(given)
    server = connect(port)
    with explained():
        from batchwright.local.executions.runner import ExecutionRunner

        ran = ExecutionRunner(server.client).run(state_machine, state, timeout=timeout, watch=_watch())
    _print(ran)
    if not ran.succeeded:
        raise typer.Exit(1)


def _read(given: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    text = given
    if given.startswith("@"):
        try:
            text = Path(given[1:]).read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"--input {given}: the file cannot be read: {error}") from error
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandError(f"--input is no JSON: {error}") from error


def _watch() -> Callable[[Sequence[JobRun]], None]:
    """Make what prints the jobs, a line for each that has changed, once a second at most."""
    console = screen(sys.stderr)
    began = time.monotonic()
    shown: dict[str, str] = {}
    printed = [began - _BETWEEN_LINES]

    def watch(jobs: Sequence[JobRun]) -> None:
        now = time.monotonic()
        if now - printed[0] < _BETWEEN_LINES:
            return
        for job in jobs:
            text = str(job)
            if shown.get(job.job_id) != text:
                shown[job.job_id] = text
                printed[0] = now
                console.print(Text.assemble((f"{now - began:7.1f} s  ", "dim"), text), soft_wrap=True)

    return watch


def _print(ran: Execution) -> None:
    head, *lines = ran.report().splitlines()
    console = screen(sys.stderr)
    console.print(Text(head, style="bold green" if ran.succeeded else "bold red"), soft_wrap=True)
    for line in lines:
        console.print(Text(line), soft_wrap=True)
    if ran.succeeded:
        sys.stdout.write(json.dumps(ran.output, indent=2) + "\n")
