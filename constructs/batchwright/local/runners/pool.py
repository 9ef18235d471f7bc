"""Runs a bounded number of attempts at once."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from batchwright.local.engine import Attempt, Exit, Started
from batchwright.local.runners.launch import START_FAILED, LaunchError, failed_start

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.runners.notices import Notices

_log = logging.getLogger(__name__)
_CLOSE_SECONDS: Final = 60.0
"""What attempts may take to end when the pool is closed, over their grace time: a container that cannot be killed is
given up before."""


_LOOK_AGAIN_SECONDS: Final = 1.0
"""Memory may come back from other programs, without the end of a job."""


class Memory(Protocol):
    """The memory that jobs share."""

    def shortage(self) -> str | None:
        """Say how little is left, None while there is enough."""


class Work(Protocol):
    """One attempt as a runner does it."""

    def run(self, started: Callable[[Started], None]) -> Exit:
        """Run the attempt to its end, its output shipped; call `started` once it runs. Raises LaunchError."""

    def stop(self, grace: float, *, at_most: bool = False) -> None:
        """Ask for SIGTERM now and SIGKILL after `grace` seconds, and return.

        With `at_most`, containers that ask for more time do not get it. May be called at any time, and again.
        """

    def clean_up(self) -> None:
        """Remove what is left, after the end was told. Called once for every `run`."""


class PooledAttempt:
    """The handle of an attempt in a pool: tells its end exactly once, whatever happens."""

    def __init__(
        self,
        *,
        work: Work,
        on_started: Callable[[Started], None],
        on_exit: Callable[[Exit], None],
    ) -> None:
        self._work = work
        self._on_started = on_started
        self._on_exit = on_exit
        self._lock = threading.Lock()
        self._stop: tuple[str, float] | None = None
        self._ended = False
        self.withdraw: Callable[[], bool] = lambda: False
        """Set by the pool: takes an attempt that waits for a place out of the line; False when it does not wait."""

    def stop(self, reason: str, grace: float, *, at_most: bool = False) -> None:
        """Send SIGTERM, and SIGKILL after `grace` seconds. An attempt that waits for a place ends at once.

        A further call keeps the reason and can only shorten the time.
        """
        with self._lock:
            before = self._stop
            if self._ended or (before is not None and grace >= before[1] and not at_most):
                return
            self._stop = (before[0] if before else reason, min(grace, before[1]) if before else grace)
        if before is None and self.withdraw():
            self._end(self._not_started())
        else:
            self._work.stop(grace, at_most=at_most)

    def run(self) -> None:
        """Do the work, on a thread of its own."""
        try:
            stopped = self._stop is not None
            exited = self._not_started() if stopped else self._work.run(self._on_started)
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
    """A bounded number of places, and the attempts that have not ended.

    Args:
        name: Name of the threads.
        size: Most places that are taken at once; attempts that find none free wait in order.
        notices: Says so the first time.
        memory: While it is short, nothing is begun beside what runs.
    """

    def __init__(self, *, name: str, size: int, notices: Notices, memory: Memory) -> None:
        self._name = name
        self._size = size
        self._notices = notices
        self._memory = memory
        self._looks_again: threading.Timer | None = None
        self._free = size
        self._waiting: deque[tuple[PooledAttempt, int]] = deque()
        self._active: dict[PooledAttempt, threading.Thread] = {}
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, attempt: PooledAttempt, *, places: int = 1) -> None:
        """Run an attempt when so many places (but at most all) are free; with none, at once.

        Raises:
            RuntimeError: The pool is closed.
        """
        entry = (attempt, min(places, self._size))
        attempt.withdraw = lambda: self._withdraw(entry)
        with self._lock:
            if self._closed:
                raise RuntimeError("the runner is closed")
            if places:
                self._waiting.append(entry)
                self._admit()
            else:
                self._begin(*entry)
            waits = entry in self._waiting and entry[1] > self._free
        if waits:
            self._notices.say(
                f"{self._size} containers run at once here, jobs beyond that stay STARTING until there is room: "
                "max_containers of LocalAws, and --max-containers of `batchwright local up`, change the number"
            )

    def close(self, reason: str, *, grace: float) -> None:
        """Stop what has not ended and wait for it, clean-up included."""
        with self._lock:
            self._closed = True
            if self._looks_again is not None:
                self._looks_again.cancel()
            attempts = [*(attempt for attempt, _ in self._waiting), *self._active]
        for attempt in attempts:
            attempt.stop(reason, grace, at_most=True)
        deadline = time.monotonic() + grace + _CLOSE_SECONDS
        with self._lock:
            threads = list(self._active.values())
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in threads):
            _log.warning("attempts that do not end are left behind: %s", self._name)

    def _withdraw(self, entry: tuple[PooledAttempt, int]) -> bool:
        with self._lock:
            if entry not in self._waiting:
                return False
            self._waiting.remove(entry)
            self._admit()
            return True

    def _admit(self) -> None:
        """Begin what finds its places free, in order. Needs the lock."""
        while self._waiting and self._waiting[0][1] <= self._free and not self._is_short():
            self._begin(*self._waiting.popleft())

    def _is_short(self) -> bool:
        """Whether memory is too short to begin another attempt; then it is looked at again after a while."""
        # One alone is always begun: nothing of ours would end and leave more.
        shortage = self._memory.shortage() if self._active else None
        if shortage is None:
            return False
        self._notices.say(f"{shortage}: further jobs stay STARTING until there is more", once="memory")
        if self._looks_again is None and not self._closed:
            self._looks_again = threading.Timer(_LOOK_AGAIN_SECONDS, self._look_again)
            self._looks_again.daemon = True
            self._looks_again.start()
        return True

    def _look_again(self) -> None:
        with self._lock:
            self._looks_again = None
            self._admit()

    def _begin(self, attempt: PooledAttempt, places: int) -> None:
        self._free -= places
        # A daemon: an engine that hangs must not keep this process from ending.
        thread = threading.Thread(target=self._run, args=(attempt, places), name=self._name, daemon=True)
        self._active[attempt] = thread
        thread.start()

    def _run(self, attempt: PooledAttempt, places: int) -> None:
        try:
            attempt.run()
        finally:
            with self._lock:
                del self._active[attempt]
                self._free += places
                self._admit()


def places_for(attempt: Attempt) -> int:
    """Return how many places an attempt takes: one for each container.

    The main node takes those of all nodes, and the others then take none: a job whose nodes wait for each other must
    not wait for a place as well.
    """
    if attempt.node is None:
        return len(attempt.containers)
    return len(attempt.containers) * attempt.node.count if attempt.node.is_main else 0
