"""Lambda function: deregister revisions of job definitions that nobody needs any more.

Event, what a schedule sends:

    {"definitions": ["arn:...:job-definition/embed:12"], "keep": 10, "keep_for_seconds": 604800,
     "queues": [], "pinned": [], "dry_run": false}

`definitions` names the current revision of each definition; `queues` the queues to look for live jobs in, none for all
of the Region; `pinned` revisions that stay. With `dry_run` nothing is deregistered.

A revision goes when it is not among the newest `keep`, is neither current nor pinned, was superseded `keep_for_seconds`
ago or longer, and no job from SUBMITTED to RUNNING uses it. Batch does not say when a revision was registered or
superseded: the first run that finds a revision superseded writes the time into its tag `batchwright:superseded`, and a
dry run does so too. Until that time is over, executions of Step Functions that began before the last deployment may
still submit the revision that they were deployed with.

The order of reads matters, and is: revisions, live jobs, decisions, changes. A revision registered after the first read
is in no decision. A job submitted between the reads is seen by the second. One submitted after it could only use a
revision that was superseded long ago, which `keep_for_seconds` leaves to nobody; and a job that Batch has taken runs to
its end, as the revision is deregistered, not deleted. When a read fails, nothing is deregistered.

Within a queue, statuses are read in the order in which a job goes through them, so that one that moves on is seen at
its next stop; the last three are read twice, as a retry leads back from RUNNING to RUNNABLE.

Logs one line of JSON a decision, and one in CloudWatch's embedded metric format. Returns the numbers of that line, with
the ARNs of what was deregistered. Raises InvalidRequest, or ChangesFailed when some changes were refused.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from janitor_request import Request, parse
from revision_decisions import Action, Decision, Policy, Revision, decide

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mypy_boto3_batch import BatchClient
    from mypy_boto3_batch.literals import JobStatusType

TAG = "batchwright:superseded"
NAMESPACE = "Batchwright/RevisionJanitor"
STATUSES: tuple[JobStatusType, ...] = (
    "SUBMITTED",
    "PENDING",
    "RUNNABLE",
    "STARTING",
    "RUNNING",
    "RUNNABLE",
    "STARTING",
    "RUNNING",
)
DESCRIBED_AT_ONCE = 100
"""Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html"""


class ChangesFailed(RuntimeError):  # noqa: N818 - the name that Lambda reports
    """Batch refused to tag or to deregister some revisions; the others are done."""


@cache
def _client() -> BatchClient:
    """One client for all invocations; it slows down and tries again when Batch throttles."""
    return boto3.client("batch", config=Config(retries={"mode": "adaptive", "max_attempts": 10}))


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Entry point of the function; see the module."""
    return deregister_revisions(event, batch=_client(), now=datetime.now(UTC))


def deregister_revisions(event: Mapping[str, Any], *, batch: BatchClient, now: datetime) -> dict[str, Any]:
    """Do what the module says.

    Raises:
        InvalidRequest: The event is wrong.
        ChangesFailed: Some changes were refused.
    """
    request = parse(event)
    names = dict.fromkeys(current.rpartition(":")[0].rpartition("/")[2] for current in request.definitions)
    revisions = {name: list(_active_revisions(name, batch=batch)) for name in names}
    live = _live_revisions(request.queues or _all_queues(batch), batch=batch)
    policy = Policy(
        keep=request.keep, keep_for=request.keep_for, current=frozenset(request.definitions), pinned=request.pinned
    )
    decisions = [one for found in revisions.values() for one in decide(found, policy=policy, live=live, now=now)]
    return _apply(decisions, request, batch=batch, now=now)


def _active_revisions(name: str, *, batch: BatchClient) -> Iterator[Revision]:
    pages = batch.get_paginator("describe_job_definitions").paginate(jobDefinitionName=name, status="ACTIVE")
    for page in pages:
        for found in page["jobDefinitions"]:
            superseded = _time(found.get("tags", {}).get(TAG))
            yield Revision(arn=found["jobDefinitionArn"], number=found["revision"], superseded=superseded)


def _time(text: str | None) -> datetime | None:
    """Read a tag; one that somebody has changed to something else counts as none, and is written again."""
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return time if time.tzinfo else None


def _all_queues(batch: BatchClient) -> list[str]:
    """Every queue that may hold jobs of job definitions; queues for SageMaker hold service jobs."""
    pages = batch.get_paginator("describe_job_queues").paginate()
    return [
        queue["jobQueueArn"]
        for page in pages
        for queue in page["jobQueues"]
        if not queue.get("jobQueueType", "").startswith("SAGEMAKER")
    ]


def _live_revisions(queues: Iterable[str], *, batch: BatchClient) -> frozenset[str]:
    """ARNs of the revisions that live jobs use; an array or multi-node job speaks for all its children."""
    found, unnamed = set(), set()
    pages = batch.get_paginator("list_jobs")
    for queue in queues:
        for status in STATUSES:
            for page in pages.paginate(jobQueue=queue, jobStatus=status):
                for job in page["jobSummaryList"]:
                    if job.get("jobDefinition"):
                        found.add(job["jobDefinition"])
                    else:
                        unnamed.add(job["jobId"])
    return frozenset(found | _described(sorted(unnamed), batch=batch))


def _described(jobs: list[str], *, batch: BatchClient) -> set[str]:
    """Ask for the definitions of jobs whose summary has none."""
    batches = [jobs[start : start + DESCRIBED_AT_ONCE] for start in range(0, len(jobs), DESCRIBED_AT_ONCE)]
    return {job["jobDefinition"] for some in batches for job in batch.describe_jobs(jobs=some)["jobs"]}


def _apply(decisions: list[Decision], request: Request, *, batch: BatchClient, now: datetime) -> dict[str, Any]:
    failed: list[str] = []
    deregistered: list[str] = []
    for decision in decisions:
        arn, done = decision.revision.arn, not (request.dry_run and decision.action is Action.DEREGISTER)
        error = _change(decision, batch=batch, now=now) if done else None
        _log({"revision": arn, "action": decision.action, "reason": decision.reason, "done": done and not error})
        if error:
            failed.append(f"{decision.action} {arn}: {error}")
        elif done and decision.action is Action.DEREGISTER:
            deregistered.append(arn)
    counts = {
        "Deregistered": len(deregistered),
        "Superfluous": sum(decision.action is Action.DEREGISTER for decision in decisions),
        "Active": len(decisions) - len(deregistered),
        "Failed": len(failed),
    }
    _log(_metrics(counts, now=now))
    if failed:
        raise ChangesFailed("; ".join(failed))
    return {"deregistered": deregistered, "dry_run": request.dry_run, **counts}


def _change(decision: Decision, *, batch: BatchClient, now: datetime) -> str | None:
    """Do what was decided; returns what Batch says against it."""
    arn = decision.revision.arn
    try:
        if decision.action is Action.DEREGISTER:
            batch.deregister_job_definition(jobDefinition=arn)
        elif decision.action is Action.MARK:
            batch.tag_resource(resourceArn=arn, tags={TAG: now.isoformat(timespec="seconds")})
        elif decision.action is Action.UNMARK:
            batch.untag_resource(resourceArn=arn, tagKeys=[TAG])
    except ClientError as error:
        return str(error)
    return None


def _metrics(counts: Mapping[str, int], *, now: datetime) -> dict[str, Any]:
    """Write counts as CloudWatch's embedded metric format."""
    metrics = [{"Name": name, "Unit": "Count"} for name in counts]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["Janitor"]], "Metrics": metrics}
    stamp = int(now.timestamp() * 1000)
    janitor = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
    return {"_aws": {"Timestamp": stamp, "CloudWatchMetrics": [directive]}, "Janitor": janitor, **counts}


def _log(line: Mapping[str, Any]) -> None:
    # Not through logging: CloudWatch finds metrics only in a line that is nothing but JSON.
    sys.stdout.write(json.dumps(line) + "\n")
