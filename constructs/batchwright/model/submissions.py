"""What Batch takes in a submission: arrays, dependencies, size, shares, and how retries add up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Source: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html
MIN_ARRAY_SIZE: Final = 2
MAX_ARRAY_SIZE: Final = 10_000
# Source: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
MAX_DEPENDENCIES: Final = 20
MAX_SUBMISSION_BYTES: Final = 30 * 1024
# Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html (overrides)
MAX_OVERRIDES_LENGTH: Final = 8_192
MAX_SCHEDULING_PRIORITY: Final = 9_999


def array_size_problems(size: float | None, *, field: str = "array_size") -> Sequence[Problem]:
    """Find an array's size outside Batch's range, or not whole."""
    if size is None or (MIN_ARRAY_SIZE <= size <= MAX_ARRAY_SIZE and is_whole(size)):
        return []
    fix = "Split the work into more than one array."
    if not size > MAX_ARRAY_SIZE:
        fix = "Submit a single job." if size == 1 else f"Use a whole number from {MIN_ARRAY_SIZE}."
    return [Problem(field, tidy(size), f"{MIN_ARRAY_SIZE} to {MAX_ARRAY_SIZE}, whole", fix)]


def dependency_problems(count: int) -> Sequence[Problem]:
    """Find a job that waits for more jobs than Batch takes."""
    if count <= MAX_DEPENDENCIES:
        return []
    fix = "Wait for the others with an array job, or with states of a state machine."
    return [Problem("depends_on", f"{count} jobs", f"up to {MAX_DEPENDENCIES} jobs", fix)]


def submission_size_problems(size: int) -> Sequence[Problem]:
    """Find a request of `SubmitJob` that is too long, from its bytes as JSON."""
    if size <= MAX_SUBMISSION_BYTES:
        return []
    fix = "Pass the data through S3 and its address in the environment or in the parameters."
    return [Problem("submission", f"{size:,} bytes", f"up to {MAX_SUBMISSION_BYTES:,} bytes as JSON", fix)]


def empty_word_problems(command: Sequence[object], *, field: str) -> Sequence[Problem]:
    """Find empty texts in the command of a submission, over which Batch refuses it; a definition's may have some.

    Source: https://github.com/boto/boto3/issues/3612
    """
    return [
        Problem(f"{field}[{number}]", word, "text in each place of a command that is submitted", "Leave it out.")
        for number, word in enumerate(command)
        if word == ""
    ]


def overrides_length(containers: Iterable[Mapping[str, Any]]) -> int:
    """Count the characters of the JSON in which ECS is told what differs from the definition.

    What Batch adds to it is not counted: the length on AWS is at least this one.

    Args:
        containers: What each container of a task gets: `name`, and `command` and `environment` where they differ.
    """
    return len(json.dumps({"containerOverrides": list(containers)}, separators=(",", ":"), ensure_ascii=False))


def overrides_length_problems(containers: Iterable[Mapping[str, Any]]) -> Sequence[Problem]:
    """Find commands and variables of a submission that are longer than ECS takes: each attempt fails.

    Source: https://github.com/Netflix/metaflow/issues/977

    Args:
        containers: As for `overrides_length`, with empty texts for what is open.
    """
    length = overrides_length(containers)
    if length <= MAX_OVERRIDES_LENGTH:
        return []
    allowed = f"up to {MAX_OVERRIDES_LENGTH:,} characters of JSON, commands and variables of a task together"
    fix = "Pass the data through S3, and its address here."
    return [Problem("overrides", f"{length:,} characters", allowed, fix)]


def share_problems(*, fair_share: bool | None, has_share: bool | None) -> Sequence[Problem]:
    """Find a share identifier that is missing on a fair-share queue, or given on another.

    Args:
        fair_share: Whether the queue has a fair-share policy; None when open.
        has_share: Whether the submission names a share; None when open.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
    """
    if fair_share is None or has_share is None or fair_share == has_share:
        return []
    if fair_share:
        fix = "Give each submission the share that it counts for; rules and pipes do so in their target's input."
        return [Problem("share_identifier", None, "a share identifier on a queue with a fair-share policy", fix)]
    fix = "Leave it out, or give the queue a fair-share policy."
    return [Problem("share_identifier", "given", "none on a queue without a fair-share policy", fix)]


def scheduling_priority_problems(priority: float | None, *, field: str = "scheduling_priority") -> Sequence[Problem]:
    """Find a priority within a share that is outside its range, or not whole; None is known only at deployment.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html (schedulingPriority)
    """
    if priority is None or (0 <= priority <= MAX_SCHEDULING_PRIORITY and is_whole(priority)):
        return []
    fix = "The higher number goes first within a share; 0 is a good start."
    return [Problem(field, tidy(priority), f"0 to {MAX_SCHEDULING_PRIORITY}", fix)]


def share_priority_problems(*, fair_share: bool | None, has_priority: bool | None) -> Sequence[Problem]:
    """Find a submission to a fair-share queue without priority, neither its own nor its definition's.

    Source: https://github.com/nextflow-io/nextflow/pull/3505
    """
    if not fair_share or has_priority is not False:
        return []
    allowed = (
        f"0 to {MAX_SCHEDULING_PRIORITY}, in the job definition or the submission, on a queue with a fair-share policy"
    )
    return [Problem("scheduling_priority", None, allowed, "Give the job definition one; 0 is fine.")]


def multiplied_retry_problems(*, attempts: float | None, state_attempts: float) -> Sequence[Problem]:
    """Find a state's retries of a failed job on top of Batch's own.

    Args:
        attempts: Attempts that Batch makes of one job; None when open.
        state_attempts: Jobs that the state submits at most, with its retries.
    """
    if attempts is None or attempts <= 1 or state_attempts <= 1:
        return []
    value = (
        f"{tidy(state_attempts)} jobs of {tidy(attempts)} attempts: up to {tidy(state_attempts * attempts)} attempts"
    )
    allowed = "retries of a failed job in one place, Batch or the state machine"
    fix = (
        "Let the state retry Batch.AWSBatchException and Batch.ServerException only; the job's strategy does the rest."
    )
    return [Problem("retries", value, allowed, fix)]
