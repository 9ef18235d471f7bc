"""How often an operation may be called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from batchwright.local.engine.clocks.clock import Clock

# Seconds since the epoch are exact to a fraction of a microsecond only.
_ROUNDING: Final = 1e-3


class Throttle:
    """A bucket of one second's requests that fills up again at that rate.

    Args:
        clock: Time.
        per_second: Requests a second; None for no limit.
    """

    def __init__(self, *, clock: Clock, per_second: float | None) -> None:
        self._clock = clock
        self._rate = per_second
        self._left = self._most = max(1.0, per_second or 0.0)
        self._at = clock.now()

    def pass_or_refuse(self) -> None:
        """Count a request, or raise BatchError as AWS does when there are too many.

        Source: https://repost.aws/knowledge-center/aws-batch-requests-error
        """
        if self._rate is None:
            return
        now = self._clock.now()
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1 - _ROUNDING:
            raise BatchError("Too Many Requests", code="TooManyRequestsException")
        self._left -= 1
