"""BW309: the patterns of a retry strategy have only the characters that Batch takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, attempt_settings, each
from batchwright.checks.templates import fields, text
from batchwright.model.retries import ACTIONS, action_problems, exit_code_pattern_problems, reason_pattern_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System
    from batchwright.model import Problem


def _action_problems(action: str, *, field: str) -> Sequence[Problem]:
    # Capitals do not matter to CloudFormation.
    return [] if action.upper() in ACTIONS else action_problems(action, field=field)


_PATH: Final = "RetryStrategy.EvaluateOnExit"
_FIELDS: Final[dict[str, tuple[str, Callable[..., Sequence[Problem]]]]] = {
    "Action": ("action", _action_problems),
    "OnExitCode": ("on_exit_code", exit_code_pattern_problems),
    "OnReason": ("on_reason", reason_pattern_problems),
    "OnStatusReason": ("on_status_reason", reason_pattern_problems),
}


def _check(system: System) -> Iterator[Violation]:
    for resource, before, settings in attempt_settings(system):
        rules = fields(settings.get("RetryStrategy")).get("EvaluateOnExit")
        for place, rule in each(rules, ""):
            for name, (field, judge) in _FIELDS.items():
                written = text(rule.get(name))
                # An empty pattern is one that is not set.
                if written:
                    problems = judge(written, field=f"retries.rules{place}.{field}")
                    yield from at(resource, f"{before}{_PATH}{place}.{name}", problems)


RULE: Final = Rule(
    id="BW309",
    severity=Severity.ERROR,
    title="Retry patterns have only the characters that Batch takes",
    what="`OnExitCode` has digits and a trailing `*`; `OnReason` and `OnStatusReason` have letters, digits, full "
    "stops, colons, white space and a trailing `*`; each is 512 characters at most; `Action` is RETRY or EXIT. Silent "
    "on what is open or empty.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html",
    check=_check,
)
