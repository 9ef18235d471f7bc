"""When Batch tries a job again: what it refuses, and what it does that nobody expects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_RetryStrategy.html
MAX_ATTEMPTS: Final = 10
MAX_RULES: Final = 5
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html
MAX_PATTERN_LENGTH: Final = 512
_SHOWN: Final = 40
_EXIT_CODE: Final = re.compile(r"[0-9]*\*?")
_REASON: Final = re.compile(r"[A-Za-z0-9.:\s]*\*?")
ACTIONS: Final = ("RETRY", "EXIT")
_ONE_CODE: Final = "Write one rule for each exit code, or for codes that begin alike ('13*')."
_CUT: Final = "Cut it before the first other character and put a * there."


def attempts_problems(attempts: float | None, *, field: str = "retries.attempts") -> Sequence[Problem]:
    """Find a number of attempts that Batch refuses; None is known only at deployment."""
    if attempts is None or (1 <= attempts <= MAX_ATTEMPTS and is_whole(attempts)):
        return []
    return [Problem(field, tidy(attempts), f"1 to {MAX_ATTEMPTS}", "Three suit most Spot work.")]


def rule_count_problems(count: int, *, field: str = "retries.rules") -> Sequence[Problem]:
    """Find more rules than a strategy may have."""
    if count <= MAX_RULES:
        return []
    return [Problem(field, f"{count} rules", f"up to {MAX_RULES}", "Merge some with a *.")]


def missing_attempts_problems() -> Sequence[Problem]:
    """Say that rules need a number of attempts."""
    allowed = f"1 to {MAX_ATTEMPTS} attempts beside EvaluateOnExit"
    return [Problem("retries.attempts", None, allowed, "Set Attempts too, to 3 for example.")]


def action_problems(action: str, *, field: str) -> Sequence[Problem]:
    """Find an action that Batch does not know."""
    if action in ACTIONS:
        return []
    return [Problem(field, action, "RETRY or EXIT", "Use one of them.")]


def exit_code_pattern_problems(pattern: str, *, field: str) -> Sequence[Problem]:
    """Find a pattern for exit codes that Batch refuses."""
    return _pattern_problems(pattern, _EXIT_CODE, field, "digits and a trailing *", _ONE_CODE)


def reason_pattern_problems(pattern: str, *, field: str) -> Sequence[Problem]:
    """Find a pattern for reasons or status reasons that Batch refuses."""
    allowed = "letters, digits, . : white space and a trailing *"
    return _pattern_problems(pattern, _REASON, field, allowed, _CUT)


def unmatched_problems(rules: Sequence[tuple[str, Sequence[str]]]) -> Sequence[Problem]:
    """Find a list that means to choose what is retried, and retries everything.

    Batch retries when no rule matches. A list that ends in `EXIT` rules may mean that: these failures not, all others
    again. One that ends in a `RETRY` rule does not, for that rule changes nothing.

    Args:
        rules: Each rule's action, and its patterns.
    """
    if not rules or rules[-1][0].upper() != "RETRY" or any(set(patterns) == {"*"} for _, patterns in rules):
        return []
    allowed = "a last rule for everything else; Batch retries what no rule matches"
    fix = "Add a last rule: Action EXIT, OnReason '*'."
    return [Problem("retries.rules", f"{len(rules)}, none for the rest", allowed, fix)]


def _pattern_problems(text: str, pattern: re.Pattern[str], field: str, allowed: str, fix: str) -> Sequence[Problem]:
    if text and len(text) <= MAX_PATTERN_LENGTH and pattern.fullmatch(text):
        return []
    length = len(text)
    shown = text if length <= MAX_PATTERN_LENGTH else f"{text[:_SHOWN]}... ({length} characters)"
    return [Problem(field, shown, f"{allowed}, up to {MAX_PATTERN_LENGTH} characters", fix)]
