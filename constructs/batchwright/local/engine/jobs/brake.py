"""Keeps a loop of submissions from filling the machine."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.limits import EngineLimits

_MINUTE: Final = 60.0


class Brake:
    """Counts the jobs that are accepted.

    Args:
        limits: Most jobs in SUBMITTED, and most a minute.
        clock: Time.
        submitted: Returns the number of jobs in SUBMITTED.
    """

    def __init__(self, *, limits: EngineLimits, clock: Clock, submitted: Callable[[], int]) -> None:
        self._limits = limits
        self._clock = clock
        self._submitted = submitted
        self._recent: deque[tuple[float, int]] = deque()
        self._recent_jobs = 0

    def pass_or_refuse(self, jobs: int) -> None:
        """Count so many more jobs, or raise BatchError when they are too many."""
        if self._submitted() + jobs > self._limits.max_submitted:
            raise BatchError(f"There can be at most {self._limits.max_submitted} jobs in SUBMITTED.")
        most = self._limits.max_jobs_per_minute
        if most is None:
            return
        now = self._clock.now()
        while self._recent and self._recent[0][0] <= now - _MINUTE:
            self._recent_jobs -= self._recent.popleft()[1]
        if self._recent_jobs + jobs > most:
            raise BatchError(
                f"The local engine accepts {most} jobs a minute and has {self._recent_jobs} in the last. If no rule "
                "submits jobs in a loop, raise EngineLimits.max_jobs_per_minute."
            )
        self._recent.append((now, jobs))
        self._recent_jobs += jobs
