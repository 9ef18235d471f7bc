"""BW408: a failed job is retried by Batch or by its state, not by both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import Absent, fields, items, number, text
from batchwright.checks.views.texts import flattened
from batchwright.model.submissions import multiplied_retry_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Submission, System

# What a job that failed is called there. Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
_FAILED = frozenset({"States.ALL", "States.TaskFailed"})
_DEFAULT_RETRIES = 3


def _check(system: System) -> Iterator[Violation]:
    for submission in system.submissions:
        if not flattened(submission.state.get("Resource")).endswith("batch:submitJob.sync"):
            continue
        index, retries = _retries(submission)
        for problem in multiplied_retry_problems(attempts=_attempts(submission), state_attempts=1 + retries):
            yield Violation(resource=submission.resource, path=f"{submission.path}.Retry[{index}]", problem=problem)


def _retries(submission: Submission) -> tuple[int, float]:
    """The first retrier that takes a failed job, and how often it retries."""
    for index, retrier in enumerate(items(submission.state.get("Retry"))):
        errors = {text(each) for each in items(fields(retrier).get("ErrorEquals"))}
        if errors & _FAILED:
            return index, number(fields(retrier).get("MaxAttempts", _DEFAULT_RETRIES)) or 0
    return 0, 0


def _attempts(submission: Submission) -> float | None:
    strategy = submission.request.get("RetryStrategy")
    if strategy is not None:
        return number(fields(strategy).get("Attempts"))
    if submission.definition is None:
        return None
    attempts = submission.definition.resource.get("RetryStrategy.Attempts")
    return 1 if isinstance(attempts, Absent) else number(attempts)


RULE: Final = Rule(
    id="BW408",
    severity=Severity.WARNING,
    title="A failed job is retried by Batch or by its state, not by both",
    what=(
        "States that wait for a job (`submitJob.sync`) and retry `States.ALL` or `States.TaskFailed`, while the job "
        "has several attempts in Batch. Retries of `Batch.*` errors are right: these are failures to submit."
    ),
    why="Attempts multiply, and each retry of the state is a new job at the back of the queue.",
    source="https://github.com/ASFHyP3/hyp3/issues/1944",
    check=_check,
)
