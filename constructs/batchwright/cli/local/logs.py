"""`batchwright local logs`: what a job has written."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from batchwright.cli.failure import CommandError
from batchwright.cli.local.explained import explained
from batchwright.cli.local.finding import Port, connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchwright.local.control import ControlClient

_ENDED: Final = frozenset({"SUCCEEDED", "FAILED"})
_DEFAULT_GROUP: Final = "/aws/batch/job"
_PAUSE_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Stream:
    """A log stream of one container of one attempt."""

    group: str
    name: str


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
    batch, cloudwatch = server.client("batch"), server.client("logs")
    tokens: dict[Stream, str] = {}
    while True:
        # The state first: what a job has written is there before it ends.
        found = _describe(batch, job)
        for stream in _streams(found):
            for line in _new_lines(cloudwatch, stream, tokens):
                sys.stdout.write(line + "\n")
        sys.stdout.flush()
        if found["status"] in _ENDED or not follow:
            return found, bool(tokens)
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


def _streams(job: Mapping[str, Any]) -> Iterator[Stream]:
    """Name the streams of all attempts, and of the one under way."""
    seen: set[Stream] = set()
    for attempt in (*job.get("attempts", ()), job):
        for container, group in _containers(attempt, job):
            name = container.get("logStreamName")
            if name and (stream := Stream(group, name)) not in seen:
                seen.add(stream)
                yield stream


def _containers(attempt: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    if "container" in attempt:
        yield attempt["container"], _group(job.get("container", {}))
    tasks = job.get("ecsProperties", {}).get("taskProperties", ())
    groups = {each.get("name"): _group(each) for task in tasks for each in task["containers"]}
    for task in (*attempt.get("taskProperties", ()), *attempt.get("ecsProperties", {}).get("taskProperties", ())):
        for container in task["containers"]:
            yield container, groups.get(container.get("name"), _DEFAULT_GROUP)


def _group(container: Mapping[str, Any]) -> str:
    group: str = container.get("logConfiguration", {}).get("options", {}).get("awslogs-group", _DEFAULT_GROUP)
    return group


def _new_lines(cloudwatch: Any, stream: Stream, tokens: dict[Stream, str]) -> Iterator[str]:  # noqa: ANN401 - boto3
    """Read what was written since the last time."""
    while True:
        position = {"nextToken": tokens[stream]} if stream in tokens else {}
        try:
            page = cloudwatch.get_log_events(
                logGroupName=stream.group, logStreamName=stream.name, startFromHead=True, **position
            )
        except cloudwatch.exceptions.ResourceNotFoundException:
            return
        yield from (event["message"] for event in page["events"])
        if tokens.get(stream) == page["nextForwardToken"]:
            return
        tokens[stream] = page["nextForwardToken"]
