"""BW109: running jobs are given 1 to 7200 minutes in an update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import number
from batchwright.model.environment_updates import update_timeout_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


_PATH: Final = "UpdatePolicy.JobExecutionTimeoutMinutes"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        minutes = number(environment.resource.get(_PATH))
        for problem in () if minutes is None else update_timeout_problems(minutes):
            yield Violation(resource=environment.resource, path=_PATH, problem=problem)


RULE: Final = Rule(
    id="BW109",
    severity=Severity.ERROR,
    title="Running jobs are given 1 to 7200 minutes in an update",
    what="JobExecutionTimeoutMinutes of the update policy is 1 to 7200. Silent when it is open.",
    why="AWS refuses the environment when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdatePolicy.html",
    check=_check,
)
