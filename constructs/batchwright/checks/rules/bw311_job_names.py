"""BW311: names of job definitions and jobs have only the characters that Batch takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at
from batchwright.checks.templates import text
from batchwright.model.names import job_name_problems, name_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        name = text(definition.resource.get("JobDefinitionName"))
        if name is not None:
            problems = name_problems(name, field="job_definition_name")
            yield from at(definition.resource, "JobDefinitionName", problems)
    for submission in system.submissions:
        name = text(submission.request.get("JobName"))
        if name is not None:
            yield from at(submission.resource, f"{submission.request_path}.JobName", job_name_problems(name))


RULE: Final = Rule(
    id="BW311",
    severity=Severity.ERROR,
    title="Names of job definitions and jobs are letters, digits, hyphens and underscores",
    what="The name of a job definition, and of each job that a state machine, an event rule or a schedule submits, "
    "has 1 to 128 letters, digits, hyphens and underscores; a job's begins with a letter or a digit. Silent when it "
    "is open.",
    why="AWS refuses the job definition when the stack is deployed, and the job when it is submitted.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html",
    check=_check,
)
