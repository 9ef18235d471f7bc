"""Deliveries that are tried again: what was too much for a target, or failed inside it, may do better later.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
"""

from __future__ import annotations

import contextvars
import heapq
import itertools
import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.events.dead_letters import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_log = logging.getLogger("batchwright.local.events")
_ATTEMPTS: Final = 185
_AGE_SECONDS: Final = 86_400
# AWS begins with about a second too, and goes on for a day.
FIRST_SECONDS: Final = 1.0
MOST_SECONDS: Final = 60.0


@dataclass(slots=True, kw_only=True)
class Pending:
    """A delivery that has failed.

    Attributes:
        deliver: Tries it again; raises DeliveryError.
        failed: Is told the last error, how many retries there were, and the condition that ended them.
        retries: How often it may be tried again.
        until: Until when, by the clock.
        tried: How often it was tried again.
        context: What the caller's thread knew, such as account and region.
    """

    deliver: Callable[[], None]
    failed: Callable[[DeliveryError, int, str], None]
    retries: int
    until: float
    context: contextvars.Context
    tried: int = 0


class Redeliveries:
    """One thread that tries again what is due, later each time.

    Args:
        now: Clock in seconds.
        watched: Whether the thread runs; without it, somebody has to call `due`.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic, watched: bool = True) -> None:
        self._now = now
        self._watched = watched
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Pending]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(
        self,
        error: DeliveryError,
        policy: Mapping[str, Any],
        deliver: Callable[[], None],
        failed: Callable[[DeliveryError, int, str], None],
    ) -> None:
        """Try a delivery again as its policy says, or tell at once that it failed.

        Args:
            error: Why it failed.
            policy: RetryPolicy of the target.
            deliver: Tries it again.
            failed: Is told when it has failed for good.
        """
        pending = Pending(
            deliver=deliver,
            failed=failed,
            retries=int(policy.get("MaximumRetryAttempts", _ATTEMPTS)),
            until=self._now() + float(policy.get("MaximumEventAgeInSeconds", _AGE_SECONDS)),
            context=contextvars.copy_context(),
        )
        self._next(pending, error)

    def close(self) -> None:
        """Try nothing again; how many still waited is said in the log."""
        with self._changed:
            self._closed = True
            waiting, self._due = self._due, []
            self._changed.notify_all()
        if waiting:
            _log.warning("%d deliveries to targets of rules and schedules were still to be tried again", len(waiting))

    def due(self) -> None:
        """Try again what is due."""
        while True:
            with self._changed:
                if not self._due or self._due[0][0] > self._now():
                    return
                pending = heapq.heappop(self._due)[-1]
            pending.tried += 1
            pending.context.run(self._try, pending)

    def _try(self, pending: Pending) -> None:
        try:
            pending.deliver()
        except DeliveryError as error:
            self._next(pending, error)
        except Exception:
            # One bad target must not end the thread for all.
            _log.exception("a delivery failed")

    def _next(self, pending: Pending, error: DeliveryError) -> None:
        when = self._now() + min(FIRST_SECONDS * 2.0**pending.tried, MOST_SECONDS)
        if not error.passes or pending.tried >= pending.retries:
            pending.failed(error, pending.tried, "MaximumRetryAttempts")
            return
        if when > pending.until:
            pending.failed(error, pending.tried, "MaximumEventAgeInSeconds")
            return
        with self._changed:
            if self._closed:
                return
            heapq.heappush(self._due, (when, next(self._numbers), pending))
            if self._thread is None and self._watched:
                self._thread = threading.Thread(target=self._run, name="batchwright-redeliveries", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            self.due()
            with self._changed:
                if self._closed:
                    return
                self._changed.wait(max(0.0, self._due[0][0] - self._now()) if self._due else None)
