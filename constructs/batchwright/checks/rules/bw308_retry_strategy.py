"""BW308: a retry strategy has 1 to 10 attempts and up to five rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, attempt_settings, known_count
from batchwright.checks.templates import fields, number
from batchwright.model.retries import attempts_problems, missing_attempts_problems, rule_count_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System

_ATTEMPTS: Final = "RetryStrategy.Attempts"
_RULES: Final = "RetryStrategy.EvaluateOnExit"


def _check(system: System) -> Iterator[Violation]:
    for resource, path, settings in attempt_settings(system):
        strategy = fields(settings.get("RetryStrategy"))
        attempts, rules = strategy.get("Attempts"), known_count(strategy.get("EvaluateOnExit"))
        yield from at(resource, f"{path}{_ATTEMPTS}", attempts_problems(number(attempts)))
        yield from at(resource, f"{path}{_RULES}", rule_count_problems(rules))
        if rules and attempts is None:
            yield from at(resource, f"{path}{_ATTEMPTS}", missing_attempts_problems())


RULE: Final = Rule(
    id="BW308",
    severity=Severity.ERROR,
    title="A retry strategy has 1 to 10 attempts, and up to five rules beside them",
    what="`RetryStrategy.Attempts` of a job definition or a submission is a whole number from 1 to 10; "
    "`EvaluateOnExit` has five rules at most, and needs `Attempts`. Silent on what is open.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_RetryStrategy.html",
    check=_check,
)
