"""The history of an execution: numbered events that name the one before, up to the quota of AWS."""

from __future__ import annotations

import contextvars
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions

MAX_EVENTS: Final = 25_000
"""https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""
_LIMIT: Final = f"The execution reached the maximum number of history events ({MAX_EVENTS})."


@dataclass(slots=True)
class _Place:
    """Where a chain of states stands in the history of its execution."""

    execution: str
    last: int = 0


_place: contextvars.ContextVar[_Place | None] = contextvars.ContextVar("batchwright_history", default=None)


class History:
    """Takes the place of ministack's `_add_event`, which counts without a lock and names no event before."""

    def __init__(self, hooks: Hooks, executions: Executions) -> None:
        self._module = hooks.module("services.stepfunctions")
        self._now = hooks.get(self._module, "now_iso")
        self._executions = executions
        self._lock = threading.Lock()
        hooks.replace(self._module, "_add_event", self.add)

    def add(self, execution: dict[str, Any], kind: str, details: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """Add an event; returns None when the execution has ended and takes no more.

        Raises:
            Exception: States.Runtime, when the history is full. Its last event is left for the end of the execution.
        """
        arn, events = str(execution.get("executionArn", "")), execution["events"]
        place = _place.get()
        with self._lock:
            of_execution = kind.startswith("Execution")
            if execution.get("status", "RUNNING") != "RUNNING" and not of_execution:
                return None
            if len(events) >= MAX_EVENTS - 1 and not of_execution:
                raise self._executions.error("States.Runtime", _LIMIT)
            here = place is not None and place.execution == arn
            # The end of an execution comes after whatever was last.
            before = len(events) if of_execution else place.last if place is not None and here else 0
            event = {
                "id": len(events) + 1,
                "previousEventId": before,
                "type": kind,
                "timestamp": self._now(),
                **(details or {}),
            }
            events.append(event)
            if place is not None and here:
                place.last = event["id"]
        return event

    @contextmanager
    def chain(self, execution: dict[str, Any]) -> Iterator[None]:
        """Follow a chain of states: its first event comes after the last of the chain that it is a part of."""
        arn, outer = str(execution.get("executionArn", "")), _place.get()
        last = outer.last if outer is not None and outer.execution == arn else 0
        token = _place.set(_Place(arn, last))
        try:
            yield
        finally:
            _place.reset(token)
