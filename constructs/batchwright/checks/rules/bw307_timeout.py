"""BW307: an attempt may run for a minute at least."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, attempt_settings
from batchwright.checks.templates import fields, number
from batchwright.model.timeouts import timeout_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System

_PATH: Final = "Timeout.AttemptDurationSeconds"


def _check(system: System) -> Iterator[Violation]:
    for resource, path, settings in attempt_settings(system):
        seconds = number(fields(settings.get("Timeout")).get("AttemptDurationSeconds"))
        yield from at(resource, f"{path}{_PATH}", timeout_problems(seconds))


RULE: Final = Rule(
    id="BW307",
    severity=Severity.ERROR,
    title="A timeout is 60 seconds or more",
    what="`Timeout.AttemptDurationSeconds` of a job definition or a submission is a whole number from 60. Silent when "
    "it is open.",
    why="AWS refuses the job definition, or each job that is submitted with it.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_JobTimeout.html",
    check=_check,
)
