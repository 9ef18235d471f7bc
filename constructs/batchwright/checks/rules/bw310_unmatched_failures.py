"""BW310: a list of what to retry says what not to retry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import all_known, at
from batchwright.checks.templates import fields, is_open, items, number, text
from batchwright.model.retries import unmatched_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System
    from batchwright.checks.templates import Absent, Value

_PATH: Final = "RetryStrategy.EvaluateOnExit"
_PATTERNS: Final = ("OnExitCode", "OnReason", "OnStatusReason")


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        attempts = number(definition.resource.get("RetryStrategy.Attempts"))
        rules = _rules(definition.resource.get(_PATH))
        if attempts is not None and attempts > 1 and rules:
            yield from at(definition.resource, _PATH, unmatched_problems(rules))


def _rules(value: Value | Absent) -> list[tuple[str, list[str]]]:
    """Read the rules; none when one of them is open."""
    found = []
    for item in items(value) if all_known(value) else []:
        rule = fields(item)
        values = [rule.get(name) for name in _PATTERNS]
        action = text(rule.get("Action"))
        if action is None or any(map(is_open, values)):
            return []
        found.append((action, [pattern for pattern in map(text, values) if pattern]))
    return found


RULE: Final = Rule(
    id="BW310",
    severity=Severity.WARNING,
    title="A list of what to retry ends with a rule for everything else",
    what="An `EvaluateOnExit` whose last rule says RETRY has a rule that matches everything (`OnReason: '*'`). "
    "Silent on lists that end in EXIT rules, which may mean to retry the rest, with a single attempt, and when a rule "
    "is open.",
    why="Batch retries when no rule matches: without such a rule the list changes nothing, and failures of the "
    "program are retried too.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_RetryStrategy.html",
    check=_check,
)
