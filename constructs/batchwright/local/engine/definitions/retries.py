"""Whether a failed attempt is tried again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MAX_CONDITIONS: Final = 5
_MAX_PATTERN: Final = 512
_NUMBERS: Final = re.compile(r"[0-9]*\*?")
_WORDS: Final = re.compile(r"[A-Za-z0-9.:\s]*\*?")
_FIELDS: Final = {"onExitCode": _NUMBERS, "onReason": _WORDS, "onStatusReason": _WORDS}


@dataclass(frozen=True, slots=True)
class ExitCondition:
    """One entry of `evaluateOnExit`: all of its patterns that are given must match.

    A pattern matches the whole text, or its start when it ends in `*`. A missing text is matched as an empty one, so
    `*` matches always: AWS documents `{"onReason": "*", "action": "EXIT"}` as "everything else".
    """

    retry: bool
    on_exit_code: str | None = None
    on_reason: str | None = None
    on_status_reason: str | None = None

    def matches(self, *, exit_code: int | None, reason: str | None, status_reason: str | None) -> bool:
        """Say whether an attempt that ended so meets this condition."""
        return (
            _matches(self.on_exit_code, "" if exit_code is None else str(exit_code))
            and _matches(self.on_reason, reason or "")
            and _matches(self.on_status_reason, status_reason or "")
        )


@dataclass(frozen=True, slots=True)
class RetryStrategy:
    """Attempts of a job and the conditions for using them.

    See https://docs.aws.amazon.com/batch/latest/APIReference/API_RetryStrategy.html.
    """

    attempts: int = 1
    conditions: tuple[ExitCondition, ...] = ()

    @classmethod
    def parse(cls, strategy: Mapping[str, Any] | None, *, max_attempts: int = 10) -> RetryStrategy:
        """Read the API's `retryStrategy`.

        Raises:
            BatchError: It breaks one of AWS's rules: 1 to 10 attempts, at most 5 conditions, `attempts` given with
                them, an action in each, and patterns that hold a star only at the end.
        """
        if not strategy:
            return cls()
        entries: Sequence[Mapping[str, Any]] = strategy.get("evaluateOnExit") or ()
        attempts = strategy.get("attempts")
        if attempts is None and entries:
            raise BatchError("retryStrategy.attempts must be specified when evaluateOnExit is specified.")
        attempts = 1 if attempts is None else attempts
        if not 1 <= attempts <= max_attempts:
            raise BatchError(f"retryStrategy.attempts must be between 1 and {max_attempts}, but is {attempts}.")
        if len(entries) > _MAX_CONDITIONS:
            raise BatchError(f"evaluateOnExit can have at most {_MAX_CONDITIONS} objects, but has {len(entries)}.")
        return cls(attempts, tuple(_condition(entry, f"evaluateOnExit[{n}]") for n, entry in enumerate(entries)))

    def again(
        self, *, attempts_made: int, exit_code: int | None, reason: str | None, status_reason: str | None
    ) -> bool:
        """Decide about a failed attempt: the first condition that matches rules, none that matches means retry."""
        if attempts_made >= self.attempts:
            return False
        for condition in self.conditions:
            if condition.matches(exit_code=exit_code, reason=reason, status_reason=status_reason):
                return condition.retry
        return True


def _matches(pattern: str | None, text: str) -> bool:
    if pattern is None:
        return True
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _condition(entry: Mapping[str, Any], where: str) -> ExitCondition:
    action = str(entry.get("action", "")).upper()
    if action not in ("RETRY", "EXIT"):
        raise BatchError(f"{where}.action must be RETRY or EXIT, but is {entry.get('action')!r}.")
    if not any(field in entry for field in _FIELDS):
        raise BatchError(f"{where} must have at least one of {', '.join(_FIELDS)}.")
    for field, allowed in _FIELDS.items():
        pattern = entry.get(field)
        if pattern is not None and (len(pattern) > _MAX_PATTERN or not allowed.fullmatch(pattern)):
            what = "digits" if allowed is _NUMBERS else "letters, digits, periods, colons and white space"
            raise BatchError(
                f"{where}.{field} is {pattern[:80]!r}: it can hold {what}, up to {_MAX_PATTERN} characters, "
                "and a * only at the end."
            )
    return ExitCondition(action == "RETRY", entry.get("onExitCode"), entry.get("onReason"), entry.get("onStatusReason"))
