"""`batchwright local logs`: what a job has written."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from batchwright.cli.failure import CommandError
from batchwright.cli.local.explained import explained
from batchwright.cli.local.finding import Port, connect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.control import ControlClient

_ENDED: Final = frozenset({"SUCCEEDED", "FAILED"})
_PAUSE_SECONDS: Final = 0.5


def logs(
    job: Annotated[
        str, typer.Argument(metavar="JOB", help="Its id; ID:INDEX for a child of an array, ID#NODE for a node.")
    ],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the job has ended.")] = False,
    port: Port = None,
) -> None:
    """Print what all attempts of a job have written, the oldest first."""
    server = connect(port)
    with explained():
        found, written = _print(server, job, follow=follow)
    if not written:
        reason = f": {found['statusReason']}" if found.get("statusReason") else ""
        sys.stderr.write(f"The job is {found['status']}{reason}; it has written nothing.\n")


def _print(server: ControlClient, job: str, *, follow: bool) -> tuple[Mapping[str, Any], bool]:
    """Write all lines; returns the job as it was then, and whether there was anything."""
    from batchwright.local.executions.job_output import JobOutput

    batch, output = server.client("batch"), JobOutput(server.client("logs"))
    while True:
        # The state first: what a job has written is there before it ends.
        found = _describe(batch, job)
        for line in output.new_lines(found):
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
        if found["status"] in _ENDED or not follow:
            return found, output.found_any
        time.sleep(_PAUSE_SECONDS)


def _describe(batch: Any, job: str) -> dict[str, Any]:  # noqa: ANN401 - a boto3 client
    jobs: list[dict[str, Any]] = batch.describe_jobs(jobs=[job])["jobs"]
    if not jobs:
        raise CommandError(f"there is no job {job!r}; `batchwright local status` names those that failed")
    found = jobs[0]
    if found.get("arrayProperties", {}).get("size"):
        last = found["arrayProperties"]["size"] - 1
        raise CommandError(f"{job} is an array; its children write: name one, {job}:0 to {job}:{last}")
    if "numNodes" in found.get("nodeProperties", {}) and "#" not in job:
        last = found["nodeProperties"]["numNodes"] - 1
        raise CommandError(f"{job} has several nodes; name one, {job}#0 to {job}#{last}")
    return found
