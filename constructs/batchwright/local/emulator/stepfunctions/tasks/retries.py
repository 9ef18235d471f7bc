"""Retry and Catch: which of them an error finds, and how long until the next attempt.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TIMEOUTS: Final = frozenset({"States.Timeout", "States.HeartbeatTimeout"})
_TERMINAL: Final = frozenset({"States.Runtime", "States.DataLimitExceeded"})
"""Found by their own names only: neither States.ALL nor States.TaskFailed stands for them."""


def matches(names: Sequence[str], error: str) -> bool:
    """Say whether the ErrorEquals of a retrier or a catcher names an error."""
    if error in names:
        return True
    if error in _TERMINAL:
        return False
    if error == "States.HeartbeatTimeout" and "States.Timeout" in names:
        return True
    return "States.ALL" in names or ("States.TaskFailed" in names and error not in TIMEOUTS)


def catcher(catchers: Sequence[Mapping[str, Any]], error: str) -> Mapping[str, Any] | None:
    """Return the first catcher that names an error, or None."""
    return next((one for one in catchers if matches(one.get("ErrorEquals", []), error)), None)


class Retries:
    """Counts the attempts of one run of a state.

    Args:
        retriers: The field Retry.
        draw: Draws a number between two; a jitter takes its delay from it.
    """

    def __init__(
        self, retriers: Sequence[Mapping[str, Any]], *, draw: Callable[[float, float], float] = random.uniform
    ) -> None:
        self._retriers = retriers
        self._draw = draw
        self._used = [0] * len(retriers)

    @property
    def count(self) -> int:
        """How many attempts were made after the first."""
        return sum(self._used)

    def delay(self, error: str) -> float | None:
        """Return the seconds until the next attempt, None when there is none: the first that matches decides."""
        for index, retrier in enumerate(self._retriers):
            if not matches(retrier.get("ErrorEquals", []), error):
                continue
            used = self._used[index]
            if used >= retrier.get("MaxAttempts", 3):
                return None
            self._used[index] = used + 1
            seconds = float(retrier.get("IntervalSeconds", 1)) * _power(float(retrier.get("BackoffRate", 2.0)), used)
            seconds = min(seconds, float(retrier.get("MaxDelaySeconds", seconds)))
            return self._draw(0.0, seconds) if retrier.get("JitterStrategy") == "FULL" else seconds
        return None


def _power(rate: float, used: int) -> float:
    """Return how much longer a delay is than the first; after a thousand attempts that may be no number any more."""
    try:
        return rate**used
    except OverflowError:
        return threading.TIMEOUT_MAX
