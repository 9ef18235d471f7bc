"""BW314: a job definition has at most 50 tags, also together with its jobs'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at
from batchwright.checks.templates import ABSENT, fields, flag
from batchwright.model.tags import propagated_tag_count_problems, tag_count_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import Definition, Submission, System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        yield from at(definition.resource, "Tags", tag_count_problems(len(definition.resource.object("Tags"))))
        for submission in definition.submissions:
            own_tags = tag_count_problems(len(fields(submission.request.get("Tags"))))
            yield from at(submission.resource, f"{submission.request_path}.Tags", own_tags)
            if not own_tags and _propagates(definition, submission):
                names = {*definition.resource.object("Tags"), *fields(submission.request.get("Tags"))}
                own = len(names) > len(definition.resource.object("Tags"))
                problems = propagated_tag_count_problems(len(names)) if own else []
                yield from at(submission.resource, f"{submission.request_path}.Tags", problems)


def _propagates(definition: Definition, submission: Submission) -> bool:
    """Whether tags reach the task for sure; a submission's word counts more than its definition's."""
    own = submission.request.get("PropagateTags", ABSENT)
    return bool(flag(definition.resource.get("PropagateTags") if own is ABSENT else own))


RULE: Final = Rule(
    id="BW314",
    severity=Severity.ERROR,
    title="A job has 50 tags at most, its definition's with it",
    what="A job definition has 50 tags at most, and a submission; where tags are propagated to the task, so have the "
    "definition and each job together, tags of one name counted once. Tags of the stack are not seen.",
    why="AWS refuses the job definition when the stack is deployed, and fails the job when it is submitted.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html",
    check=_check,
)
