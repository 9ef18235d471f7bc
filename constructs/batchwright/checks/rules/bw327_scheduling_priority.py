"""BW327: a job's place within its share is 0 to 9999."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at
from batchwright.checks.templates import number
from batchwright.model.submissions import scheduling_priority_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System

_PATH: Final = "SchedulingPriority"
_OVERRIDE: Final = "SchedulingPriorityOverride"


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        problems = scheduling_priority_problems(number(definition.resource.get(_PATH)))
        yield from at(definition.resource, _PATH, problems)
    for submission in system.submissions:
        problems = scheduling_priority_problems(number(submission.request.get(_OVERRIDE)))
        yield from at(submission.resource, f"{submission.request_path}.{_OVERRIDE}", problems)


RULE: Final = Rule(
    id="BW327",
    severity=Severity.ERROR,
    title="A scheduling priority is 0 to 9999",
    what="`SchedulingPriority` of a job definition, and `SchedulingPriorityOverride` of a submission, is a whole "
    "number from 0 to 9999. Silent when it is open.",
    why="AWS refuses the job definition, or each job that is submitted so.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html",
    check=_check,
)
