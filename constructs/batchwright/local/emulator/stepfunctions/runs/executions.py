"""Knows which execution a thread works for, and ends executions that were stopped or took too long."""

from __future__ import annotations

import contextvars
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchwright.local.emulator.ministack.guard import Hooks

_execution: contextvars.ContextVar[str] = contextvars.ContextVar("batchwright_execution", default="")
_cancels: contextvars.ContextVar[tuple[tuple[threading.Event, str], ...]] = contextvars.ContextVar(
    "batchwright_cancels", default=()
)
_submitted: contextvars.ContextVar[Callable[[Any], None] | None] = contextvars.ContextVar(
    "batchwright_submitted", default=None
)
_STOPPED: Final = {
    "ABORTED": "Execution aborted in Step Functions",
    "TIMED_OUT": "Execution timed out in Step Functions",
}
# How often what waits looks whether anybody still waits for it; what it waits for wakes it at once.
_LOOK_SECONDS: Final = 0.2
# What ends itself when nobody waits for it, such as a job that is being terminated, gets so long.
_PATIENCE_SECONDS: Final = 5.0


class Executions:
    """The executions of the running server.

    ministack runs each in a thread of its own. A stopped execution there goes on with its current task and ends FAILED
    when that task fails; with these hooks it stays ABORTED, and the task can see that nobody waits for it any more.
    """

    def __init__(self, hooks: Hooks) -> None:
        self._module = hooks.module("services.stepfunctions")
        self._records = hooks.get(self._module, "_executions")
        self._error = hooks.get(self._module, "_ExecutionError")
        hooks.get(self._module, "_SFN_WAIT_SCALE")
        self._changed = threading.Condition()
        self._active: set[str] = set()
        self._parents: dict[str, str] = {}
        hooks.replace(self._module, "_scaled_sleep", self.sleep)

    def error(self, name: str, cause: str) -> Exception:
        """Return the error with which a task of a state machine fails."""
        return self._error(name, cause)  # type: ignore[no-any-return]

    def abandoned(self) -> str | None:
        """Return why nobody waits for the current task any more, or None."""
        for cancelled, reason in _cancels.get():
            if cancelled.is_set():
                return reason
        arn = _execution.get()
        while arn:
            record = self._records.get(arn)
            if record is not None and record["status"] in _STOPPED:
                return _STOPPED[record["status"]]
            arn = self._parents.get(arn, "")
        return None

    def check(self) -> None:
        """Raise the error that ends a chain of states when nobody waits for it any more."""
        reason = self.abandoned()
        if reason is not None:
            raise self.error("States.Runtime", reason)

    def wait(self, event: threading.Event, seconds: float | None = None) -> bool:
        """Wait for an event; False when the time was up.

        Raises:
            Exception: States.Runtime, when nobody waits for the current task any more.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            self.check()
            left = _LOOK_SECONDS if deadline is None else min(_LOOK_SECONDS, deadline - time.monotonic())
            if event.wait(max(0.0, left)):
                return True
            if deadline is not None and time.monotonic() >= deadline:
                return False

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds of the state machine, unless the execution is stopped before."""
        scale = float(getattr(self._module, "_SFN_WAIT_SCALE"))  # noqa: B009 - ministack's name
        self.wait(threading.Event(), max(0.0, seconds * scale))

    def bounded(self, call: Callable[[], Any], seconds: float | None, *, ends_itself: bool) -> Any:  # noqa: ANN401
        """Return what a call gives.

        Args:
            call: The call.
            seconds: How long it may take, or None.
            ends_itself: Whether it looks at `abandoned` and is waited for when it is; others go on without anybody.

        Raises:
            Exception: States.Timeout, or what the call raises.
        """
        if seconds is None and ends_itself:
            return call()
        done, outcome = threading.Event(), _Outcome()

        def work() -> None:
            outcome.take(call)
            done.set()

        with self.cancelled_by("Task timed out in Step Functions") as expired:
            threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True).start()
        try:
            in_time = self.wait(done, seconds)
        except self._error:
            if ends_itself:
                done.wait(_PATIENCE_SECONDS)
            raise
        if not in_time:
            expired.set()
            raise self.error("States.Timeout", f"Task timed out after {seconds:g} seconds")
        return outcome.value()

    @contextmanager
    def cancelled_by(self, reason: str) -> Iterator[threading.Event]:
        """Abandon what is begun in here once the event is set."""
        event = threading.Event()
        token = _cancels.set((*_cancels.get(), (event, reason)))
        try:
            yield event
        finally:
            _cancels.reset(token)

    @contextmanager
    def submissions(self, told: Callable[[Any], None]) -> Iterator[None]:
        """Tell a function what the tasks in here have submitted."""
        token = _submitted.set(told)
        try:
            yield
        finally:
            _submitted.reset(token)

    def submitted(self, answer: Any) -> None:  # noqa: ANN401 - JSON
        """Say that the current task has begun what it waits for."""
        told = _submitted.get()
        if told is not None:
            told(answer)

    def role(self) -> str:
        """Return the ARN of the role that the current execution has."""
        arn = _execution.get()
        while arn:
            events = (self._records.get(arn) or {}).get("events") or [{}]
            started = events[0].get("executionStartedEventDetails")
            if started is not None:
                return str(started.get("roleArn", ""))
            arn = self._parents.get(arn, "")
        return ""

    def is_active(self, arn: str) -> bool:
        """Say whether a thread works for an execution."""
        with self._changed:
            return arn in self._active

    @contextmanager
    def child(self, arn: str) -> Iterator[None]:
        """Work for a child of the current execution; it is abandoned when one above it is."""
        self._parents[arn] = _execution.get()
        token = _execution.set(arn)
        try:
            yield
        finally:
            _execution.reset(token)
            del self._parents[arn]

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Begin something that is no part of the current execution."""
        execution, cancels, submitted = _execution.set(""), _cancels.set(()), _submitted.set(None)
        try:
            yield
        finally:
            _execution.reset(execution)
            _cancels.reset(cancels)
            _submitted.reset(submitted)

    def abort_all(self) -> None:
        """Abort what runs."""
        with self._changed:
            active = set(self._active)
        for arn, record in list(self._all_records()):
            if arn in active and record.get("status") == "RUNNING":
                record["status"] = "ABORTED"

    def stop_all(self, timeout: float) -> bool:
        """Abort what runs and wait for the threads; False when some did not end in time."""
        self.abort_all()
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._active and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            return not self._active

    def _all_records(self) -> list[tuple[str, dict[str, Any]]]:
        everything = getattr(self._records, "all_items", self._records.items)
        return [(key if isinstance(key, str) else key[-1], record) for key, record in everything()]

    def track(self, arn: str, run: Callable[[str], None]) -> None:
        """Run an execution on this thread."""
        token = _execution.set(arn)
        with self._changed:
            self._active.add(arn)
        try:
            run(arn)
        finally:
            _execution.reset(token)
            with self._changed:
                self._active.discard(arn)
                self._changed.notify_all()


class _Outcome:
    """What a call gave or raised, for another thread."""

    def __init__(self) -> None:
        self._value: Any = None
        self._error: BaseException | None = None

    def take(self, call: Callable[[], Any]) -> None:
        try:
            self._value = call()
        except BaseException as error:
            self._error = error

    def value(self) -> Any:  # noqa: ANN401 - whatever the call gave
        if self._error is not None:
            raise self._error
        return self._value
