"""What came out of a run, read from the bucket and the table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.demo.errors import DemoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.demo.execution import Finished
    from tools.demo.stack import Stack

_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The summary object of a run, and the images that it lists as failed.

    Attributes:
        images: Images of the run.
        embedded: Those that have a vector.
        failed: Those that have none.
        children: Jobs that the run was split into.
        seconds: From the first child's beginning to the last one's end.
        images_per_second: Images through seconds.
        reasons: One line a failed image: its key and why.
    """

    images: int
    embedded: int
    failed: int
    children: int
    seconds: float
    images_per_second: float
    reasons: tuple[str, ...]

    @classmethod
    def read(cls, stack: Stack, *, run: str) -> Summary:
        """Read the objects of a run that ended."""
        content = json.loads(_object(stack, f"summaries/{run}.json"))
        names = ("images", "embedded", "failed", "children", "seconds", "images_per_second")
        return cls(**{name: content[name] for name in names}, reasons=tuple(_reasons(stack, run=run)))


def explain_failure(stack: Stack, finished: Finished) -> DemoError:
    """Make the error of a run that failed, with the last lines of a job that failed."""
    lines = [f"The pipeline ended {finished.status}. {finished.error}: {_message(finished.cause)}"]
    failed = [job for job in finished.jobs.workers if job.state == "FAILED"]
    if not failed:
        return DemoError("\n".join(lines), fix="The step that failed and its reason are above.")
    job = failed[0]
    lines.append(f"{job.title} failed: {job.reason or 'no reason given'} (exit code {job.exit_code}). Its log ends:")
    lines += [f"  {line}" for line in _log(stack, job.log_group, job.log_stream)] or ["  (it is empty)"]
    if len(failed) > 1:
        lines.append(f"{len(failed) - 1} more jobs failed.")
    fix = "containers/embed/src/embed/exit_code.py tells what the container's exit codes mean."
    return DemoError("\n".join(lines), fix=fix)


def _message(cause: str) -> str:
    """Take the message out of a Lambda function's error; its stack trace says nothing to a reader of the panel."""
    try:
        content = json.loads(cause)
    except ValueError:
        return cause
    return str(content.get("errorMessage", cause)) if isinstance(content, dict) else cause


def _object(stack: Stack, key: str) -> str:
    return str(stack.client("s3").get_object(Bucket=stack.bucket, Key=key)["Body"].read(), "utf-8")


def _reasons(stack: Stack, *, run: str) -> Iterator[str]:
    pages = stack.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=stack.bucket, Prefix=f"failed/{run}/"):
        for item in page.get("Contents", []):
            for line in _object(stack, item["Key"]).splitlines():
                entry: dict[str, Any] = json.loads(line)
                yield f"{entry['key']}: {entry['reason']}"


def _log(stack: Stack, group: str, stream: str) -> list[str]:
    if not group or not stream:
        return []
    logs = stack.client("logs")
    try:
        answer = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=False)
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [str(event["message"]) for event in answer["events"]][-_LINES:]
