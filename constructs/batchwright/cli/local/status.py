"""`batchwright local status`: what a local AWS holds, and how its jobs are."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from batchwright.cli.local.explained import explained
from batchwright.cli.local.finding import Port, connect
from batchwright.cli.screen import screen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.local.control import ControlClient, Record

_STATES: Final = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
_MOST_FAILURES: Final = 10


def status(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False, port: Port = None) -> None:
    """Show the stacks, the queues with their jobs by state, and the newest failures with their reasons."""
    server = connect(port)
    with explained():
        queues, failures = _jobs(server)
        stacks = server.client("cloudformation").describe_stacks()["Stacks"]
    found = {
        "endpoint": server.record.endpoint,
        "account": server.record.account,
        "region": server.record.region,
        "iam": server.record.iam,
        "runner": "process" if server.record.docker_host is None else "docker",
        "runner_fault": engine_fault(server.record.docker_host),
        "stacks": {stack["StackName"]: stack["StackStatus"] for stack in stacks},
        "queues": queues,
        "failures": failures,
    }
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _print(server.record, found)


def engine_fault(host: str | None) -> str | None:
    """Return why no job can run now, None when nothing is wrong."""
    if host is None:
        return None
    from batchwright.local.runners.docker import engine

    fault = engine.fault(host)
    return fault and f"the Docker engine at {host} does not answer: {fault}"


def _jobs(server: ControlClient) -> tuple[dict[str, dict[str, int]], list[dict[str, str]]]:
    """Count the jobs of each queue by state, and take the newest that failed."""
    batch = server.client("batch")
    counts: dict[str, dict[str, int]] = {}
    failures: list[dict[str, Any]] = []
    for page in batch.get_paginator("describe_job_queues").paginate():
        for queue in page["jobQueues"]:
            name = queue["jobQueueName"]
            counts[name] = {}
            for state in _STATES:
                pages = batch.get_paginator("list_jobs").paginate(jobQueue=name, jobStatus=state)
                jobs = [job for page in pages for job in page["jobSummaryList"]]
                counts[name][state] = len(jobs)
                failures += jobs if state == "FAILED" else []
    failures.sort(key=lambda job: job.get("stoppedAt", job["createdAt"]), reverse=True)
    newest = [that_says_why(batch, job) for job in failures[:_MOST_FAILURES]]
    return counts, [{"job": job["jobId"], "name": job["jobName"], "reason": why(job)} for job in newest]


def that_says_why(batch: Any, job: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a boto3 client
    """Return the first child of an array that failed: of the array itself AWS only says that one did."""
    if not job.get("arrayProperties", {}).get("size"):
        return job
    children = batch.list_jobs(arrayJobId=job["jobId"], jobStatus="FAILED")["jobSummaryList"]
    return min(children, key=lambda child: child["arrayProperties"]["index"], default=job)


def why(job: Mapping[str, Any]) -> str:
    """Return the state's reason with what the container says of it, or with its exit code."""
    container = job.get("container", {})
    detail = container.get("reason")
    if not detail and container.get("exitCode"):
        detail = f"exit code {container['exitCode']}"
    return ": ".join(text for text in (job.get("statusReason"), detail) if text)


def _print(record: Record, found: Mapping[str, Any]) -> None:
    console = screen()
    policies = "policies enforced" if record.iam else "policies not enforced"
    console.print(Text(f"{record.endpoint}  account {record.account}, {record.region}; {policies}", style="bold"))
    if found["runner_fault"]:
        fault = found["runner_fault"]
        console.print(Text(f"{fault[0].upper()}{fault[1:]}. Jobs fail until it is back.", style="red"))
    _print_table(("Stack", "Status"), [[name, state] for name, state in found["stacks"].items()])
    print_queues(found["queues"])
    _print_table(("Failed job", "Name", "Why"), [list(failure.values()) for failure in found["failures"]])


def print_queues(queues: Mapping[str, Mapping[str, int]]) -> None:
    """Print the number of each queue's jobs in states that occur: names are long, terminals are not wide."""
    states = [state for state in _STATES if any(counts[state] for counts in queues.values())]
    rows = [[name, *([str(counts[one]) for one in states] or ["0"])] for name, counts in queues.items()]
    _print_table(("Queue", *(states or ["Jobs"])), rows, numbers=True)


def _print_table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: bool = False) -> None:
    if not rows:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(heads):
        table.add_column(Text(head), overflow="fold", justify="right" if numbers and number else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = screen()
    console.print()
    console.print(table)
