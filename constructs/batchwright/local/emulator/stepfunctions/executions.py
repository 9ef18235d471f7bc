"""Knows which execution a thread works for, and ends executions that were stopped."""

from __future__ import annotations

import contextvars
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchwright.local.emulator.guard import Hooks

_execution: contextvars.ContextVar[str] = contextvars.ContextVar("batchwright_execution", default="")
_timed_out: contextvars.ContextVar[threading.Event | None] = contextvars.ContextVar(
    "batchwright_task_timed_out", default=None
)


class Executions:
    """The executions of the running server.

    ministack runs each in a thread of its own. A stopped execution there goes on with its current task and ends FAILED
    when that task fails; with these hooks it stays ABORTED, and the task can see that nobody waits for it any more.
    """

    def __init__(self, hooks: Hooks) -> None:
        self._module = hooks.module("services.stepfunctions")
        self._records = hooks.get(self._module, "_executions")
        self._error = hooks.get(self._module, "_ExecutionError")
        self._changed = threading.Condition()
        self._active: set[str] = set()
        self._parents: dict[str, str] = {}
        hooks.wrap(self._module, "_run_execution", self._tracked)
        hooks.wrap(self._module, "_fail_execution", _unless_aborted)
        hooks.wrap(self._module, "_invoke_resource_with_timeout", self._with_timeout)

    def error(self, name: str, cause: str) -> Exception:
        """Return the error with which a task of a state machine fails."""
        return self._error(name, cause)  # type: ignore[no-any-return]

    def abandoned(self) -> str | None:
        """Return why nobody waits for the current task any more, or None."""
        expired = _timed_out.get()
        if expired is not None and expired.is_set():
            return "Task timed out in Step Functions"
        arn = _execution.get()
        while arn:
            record = self._records.get(arn)
            if record is not None and record["status"] == "ABORTED":
                return "Execution aborted in Step Functions"
            arn = self._parents.get(arn, "")
        return None

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

    def _tracked(self, run: Callable[[str], None]) -> Callable[[str], None]:
        return lambda arn: self.track(arn, run)

    def _with_timeout(self, invoke: Callable[..., Any]) -> Callable[..., Any]:
        def call(resource: str, data: Any, timeout: float) -> Any:  # noqa: ANN401 - JSON of a state machine
            expired = threading.Event()
            token = _timed_out.set(expired)
            try:
                return invoke(resource, data, timeout)
            except self._error as error:
                if getattr(error, "error", "") == "States.Timeout":
                    expired.set()
                raise
            finally:
                _timed_out.reset(token)

        return call


def _unless_aborted(fail: Callable[..., None]) -> Callable[..., None]:
    def call(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] != "ABORTED":
            fail(execution, error, cause)

    return call
