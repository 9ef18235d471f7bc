"""Runs attempts on a bounded number of threads."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from batchwright.local.engine import Clock, Exit, Started
from batchwright.local.runners.launch import START_FAILED, LaunchError, failed_start

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)


class Work(Protocol):
    """One attempt as a runner does it."""

    def run(self, started: Callable[[Started], None]) -> Exit:
        """Run the program to its end, its output shipped; call `started` once it runs. Raises LaunchError."""

    def signal(self, *, kill: bool) -> None:
        """Send SIGTERM or SIGKILL. Only called between `started` and the end of `run`; the program may be gone."""

    def clean_up(self) -> None:
        """Remove what is left, after the end was told. Called once for every `run`."""


class PooledAttempt:
    """The handle of an attempt in a pool: tells its end exactly once, whatever happens."""

    def __init__(
        self, *, work: Work, clock: Clock, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> None:
        self._work = work
        self._clock = clock
        self._on_started = on_started
        self._on_exit = on_exit
        self._lock = threading.Lock()
        self._stop: tuple[str, float] | None = None
        self._running = False
        self._ended = False
        self.future: Future[None] | None = None

    def stop(self, reason: str, grace: float) -> None:
        """Send SIGTERM, and SIGKILL after `grace` seconds. An attempt that waits for a thread ends at once.

        A further call keeps the reason and can only shorten the time.
        """
        with self._lock:
            before = self._stop
            if self._ended or (before is not None and grace >= before[1]):
                return
            self._stop = (before[0] if before else reason, grace)
            running = self._running
        if before is not None:
            if running:
                self._clock.call_later(grace, self._kill)
        elif running:
            self._clock.call_later(0.0, self._terminate)
        elif self.future is not None and self.future.cancel():
            self._end(self._not_started())

    def run(self) -> None:
        """Do the work, on a thread of the pool."""
        try:
            stopped = self._stop is not None
            exited = self._not_started() if stopped else self._work.run(self._started)
        except LaunchError as error:
            exited = failed_start(str(error))
        except Exception as error:
            _log.exception("an attempt failed for a reason of the runner's own")
            exited = failed_start(f"CannotStartContainerError: {type(error).__name__}: {error}")
        try:
            self._end(exited)
        finally:
            self._clean_up()

    def _clean_up(self) -> None:
        try:
            self._work.clean_up()
        except Exception:
            _log.exception("cleaning up after an attempt failed")

    def _started(self, started: Started) -> None:
        self._on_started(started)
        with self._lock:
            self._running = True
            stopped = self._stop is not None
        if stopped:
            self._clock.call_later(0.0, self._terminate)

    def _terminate(self) -> None:
        if self._signal(kill=False) and self._stop is not None:
            self._clock.call_later(self._stop[1], self._kill)

    def _kill(self) -> None:
        self._signal(kill=True)

    def _signal(self, *, kill: bool) -> bool:
        with self._lock:
            if self._ended:
                return False
        try:
            self._work.signal(kill=kill)
        except Exception:
            _log.exception("sending %s failed", "SIGKILL" if kill else "SIGTERM")
        return True

    def _not_started(self) -> Exit:
        reason = self._stop[0] if self._stop else START_FAILED
        return Exit(exit_code=None, reason=None, status_reason=reason)

    def _end(self, exited: Exit) -> None:
        with self._lock:
            if self._ended:
                return
            self._ended = True
        self._on_exit(exited)


class AttemptPool:
    """A bounded number of threads, and the attempts that have not ended.

    Args:
        name: Name of the threads.
        size: Most attempts that run at once; others wait in order.
    """

    def __init__(self, *, name: str, size: int) -> None:
        self._threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)
        self._active: set[PooledAttempt] = set()
        self._lock = threading.Lock()

    def submit(self, attempt: PooledAttempt) -> None:
        """Run an attempt when a thread is free."""
        with self._lock:
            self._active.add(attempt)
        attempt.future = self._threads.submit(attempt.run)
        attempt.future.add_done_callback(lambda _: self._forget(attempt))

    def close(self, reason: str, *, grace: float) -> None:
        """Stop what has not ended and wait for it, clean-up included."""
        with self._lock:
            active = list(self._active)
        for attempt in active:
            attempt.stop(reason, grace)
        self._threads.shutdown(wait=True)

    def _forget(self, attempt: PooledAttempt) -> None:
        with self._lock:
            self._active.discard(attempt)
