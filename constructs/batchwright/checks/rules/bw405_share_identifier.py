"""BW405: submissions to a fair-share queue name a share and a priority, others no share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import Unknown, text
from batchwright.checks.views.texts import may_be_absent
from batchwright.model.names import share_identifier_problems
from batchwright.model.submissions import share_priority_problems, share_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Queue, Submission, System

# Their input may set it when it runs, and may as well not.
_BY_INPUT: Final = frozenset({"pipe", "rule"})


def _check(system: System) -> Iterator[Violation]:
    for submission in system.submissions:
        share = text(submission.request.get("ShareIdentifier"))
        for problem in () if share is None else share_identifier_problems(share):
            yield Violation(resource=submission.resource, path=_path(submission), problem=problem)
        if submission.queue is not None and submission.kind != "metadata":
            fair_share = _fair_share(submission.queue)
            yield from _share(submission, fair_share=fair_share)
            yield from _priority(submission, fair_share=fair_share)


def _share(submission: Submission, *, fair_share: bool | None) -> Iterator[Violation]:
    has_share = _given(submission, "ShareIdentifier")
    for problem in share_problems(fair_share=fair_share, has_share=has_share):
        yield Violation(resource=submission.resource, path=_path(submission), problem=problem)


def _path(submission: Submission) -> str:
    """Where a submission has its share: rules and pipes in what they give to the job."""
    if submission.kind == "rule":
        return f"{submission.path}.Input"
    return (
        "TargetParameters.InputTemplate" if submission.kind == "pipe" else f"{submission.request_path}.ShareIdentifier"
    )


def _priority(submission: Submission, *, fair_share: bool | None) -> Iterator[Violation]:
    definition = submission.definition
    if definition is None:
        return
    has_priority = definition.resource.has("SchedulingPriority") or _given(submission, "SchedulingPriorityOverride")
    for problem in share_priority_problems(fair_share=fair_share, has_priority=has_priority):
        yield Violation(resource=definition.resource, path="SchedulingPriority", problem=problem)


def _given(submission: Submission, name: str) -> bool | None:
    value = submission.request.get(name)
    if may_be_absent(value) or (isinstance(value, Unknown) and submission.kind in _BY_INPUT):
        return None
    return value is not None


def _fair_share(queue: Queue) -> bool | None:
    if queue.policy is not None and queue.policy.has("QuotaSharePolicy"):
        return None
    return queue.fair_share


RULE: Final = Rule(
    id="BW405",
    severity=Severity.ERROR,
    title="Submissions to a fair-share queue name a share and a priority, others no share",
    what=(
        "Every place that submits to a queue of the application: with a fair-share policy, the submission has a "
        "`ShareIdentifier` and it or the job definition a scheduling priority; without one, it has no share. "
        "A share is 1 to 255 letters and digits. A value "
        "that is known only when it runs counts as given. Silent on quota-share policies and open queues."
    ),
    why="AWS refuses each submission.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html",
    check=_check,
)
