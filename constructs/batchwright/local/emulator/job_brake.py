"""Refuses jobs that come faster than any pipeline submits them."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULT_JOBS_A_MINUTE: Final = 60_000
"""Six arrays of the largest size. Much more than this machine can run in a minute, so only a storm comes this far."""
_MINUTE: Final = 60.0


class JobBrake:
    """Counts the jobs of the last minute, from whoever submits them; each child of an array is one.

    The guard of event loops follows rules only. A function or a job that submits what starts itself again is stopped
    here.

    Args:
        jobs_a_minute: Most jobs in a minute.
        now: Clock in seconds.
    """

    def __init__(
        self, jobs_a_minute: int = DEFAULT_JOBS_A_MINUTE, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = jobs_a_minute
        self._now = now
        self._lock = threading.Lock()
        self._taken: deque[tuple[float, int]] = deque()
        self._count = 0

    def admit(self, request: Mapping[str, Any]) -> None:
        """Count the jobs of a SubmitJob request.

        Raises:
            BatchError: they are more than the minute has room for; SDKs back off and try again.
        """
        jobs = _jobs(request)
        now = self._now()
        with self._lock:
            while self._taken and self._taken[0][0] <= now - _MINUTE:
                self._count -= self._taken.popleft()[1]
            if self._count + jobs > self._most:
                raise BatchError(
                    f"Too Many Requests: {self._count} jobs were submitted within a minute, and the local AWS takes "
                    f"{self._most}. If this is no loop, give LocalAws a larger max_jobs_per_minute.",
                    code="TooManyRequestsException",
                )
            self._taken.append((now, jobs))
            self._count += jobs


def _jobs(request: Mapping[str, Any]) -> int:
    array = request.get("arrayProperties")
    size = array.get("size") if isinstance(array, dict) else None
    # What is no size is for the engine to refuse.
    return size if isinstance(size, int) and size > 1 else 1
