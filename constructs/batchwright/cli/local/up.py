"""`batchwright local up`: starts a local AWS, in the foreground or behind it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated, Final

import typer

from batchwright.cli.local import background
from batchwright.cli.local.env import export_lines, variables
from batchwright.cli.local.explained import explained
from batchwright.cli.local.told import told

if TYPE_CHECKING:
    from batchwright.local import LocalAws
    from batchwright.local.control import Record

# The port that emulators of AWS have by custom: examples and tools expect it.
_PORT: Final = 4566
_HIGHEST: Final = 65_535
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class RunnerKind(StrEnum):
    """How jobs run."""

    AUTO = "auto"
    DOCKER = "docker"
    PROCESS = "process"


def up(
    port: Annotated[int, typer.Option(min=0, max=_HIGHEST, help="Port to listen on; 0 takes a free one.")] = _PORT,
    account: Annotated[str, typer.Option(help="Account number, 12 digits.")] = "123456789012",
    region: Annotated[str, typer.Option(help="Home region; the others work too.")] = "us-east-1",
    runner: Annotated[
        RunnerKind, typer.Option(help="Jobs in containers, as processes, or containers where an engine answers.")
    ] = RunnerKind.AUTO,
    iam: Annotated[bool, typer.Option("--iam", help="Check requests of jobs and functions against policies.")] = False,
    max_containers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Most jobs at once in a region: 16 containers, or a process for each CPU, if not given."
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Folder that keeps everything for the next `up` with it, after a crash too, and where jobs go on; "
            "without one all is gone.",
        ),
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return once it is up; `batchwright local down` ends it.")
    ] = False,
) -> None:
    """Start a local AWS and print the lines that point your tools at it. Ctrl-C ends it, and all that it holds."""
    if detach:
        arguments = ["--port", str(port), "--account", account, "--region", region, "--runner", runner.value]
        arguments += ["--iam"] if iam else []
        arguments += [] if state is None else ["--state", str(state.absolute())]
        arguments += [] if max_containers is None else ["--max-containers", str(max_containers)]
        _detach(arguments, state)
        return
    with explained():
        from batchwright.local import LocalAws

    ended = threading.Event()
    # What is ignored stays so: `nohup` keeps it up when the terminal is closed.
    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in heard}
    try:
        with (
            told(),
            explained(),
            LocalAws(
                port=port,
                account=account,
                region=region,
                runner=runner.value,
                iam=iam,
                max_containers=max_containers,
                state_dir=state,
            ) as aws,
        ):
            # A warning has said so already.
            fell_back = runner is RunnerKind.AUTO and aws.runner_kind == "process"
            _serve(aws, iam=iam, ended=ended, fell_back=fell_back, state=state)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _detach(arguments: list[str], state: Path | None) -> None:
    record = background.start(arguments)
    _announce(record, state)
    engine = record.docker_host
    where = "as processes of this machine" if engine is None else f"in containers of the engine at {engine}"
    sys.stderr.write(f"Jobs run {where}. `batchwright local down` ends it.\n")


def _serve(aws: LocalAws, *, iam: bool, ended: threading.Event, fell_back: bool, state: Path | None) -> None:
    from batchwright.local.control import Record, ServerRecords
    from batchwright.local.processes import process_began

    records = ServerRecords()
    record = Record(
        pid=os.getpid(),
        began=process_began(os.getpid()),
        endpoint=aws.endpoint,
        token=aws.open_control(),
        account=aws.account,
        region=aws.region,
        iam=iam,
        docker_host=aws.docker_host,
        log=os.environ.get(background.LOG_VARIABLE, ""),
    )
    records.write(record)
    try:
        if not record.log:
            _announce(record, state)
            if not fell_back:
                sys.stderr.write(f"{aws.runner_reason[0].upper()}{aws.runner_reason[1:]}. ")
            sys.stderr.write("Ctrl-C ends it.\n")
        ended.wait()
        if not record.log:
            after = "" if state is None else " They go on with the next start."
            sys.stderr.write(f"Ending it: jobs are stopped, and what they left is removed.{after}\n")
    finally:
        records.remove(record)


def _announce(record: Record, state: Path | None) -> None:
    """Print what a shell can run, and beside it, on the other stream, what a person wants to know."""
    policies = "IAM policies are enforced." if record.iam else "IAM policies are not enforced (--iam does)."
    kept = "" if state is None else f"What it holds is kept in {state}.\n"
    sys.stderr.write(
        f"A local AWS is up at {record.endpoint} (account {record.account}, {record.region}).\n{policies}\n{kept}\n"
    )
    sys.stdout.write(export_lines(variables(record)))
    sys.stdout.flush()
    sys.stderr.write("\n")
