"""Ends of executions: whichever comes first is the end, in its record, in its history and as an event."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.history import History


class Ends:
    """Takes the place of ministack's functions, of which a later one overwrites what an earlier one has set."""

    def __init__(self, hooks: Hooks, history: History) -> None:
        module = hooks.module("services.stepfunctions")
        self._history = history
        self._lock = threading.Lock()
        self._records = hooks.get(module, "_executions")
        self._now = hooks.get(module, "now_iso")
        self._emit = hooks.get(module, "_emit_execution_status_event")
        self._json = hooks.get(module, "json_response")
        self._refuse = hooks.get(module, "error_response_json")
        hooks.replace(module, "_stop_execution", self._stop)
        hooks.replace(module, "_fail_execution", self.fail)

    def succeed(self, execution: dict[str, Any], output: Any) -> None:  # noqa: ANN401 - JSON
        """End an execution well, unless it has ended."""
        text = json.dumps(output)
        self._end(execution, "Succeeded", {"output": text}, {"output": text})

    def fail(self, execution: dict[str, Any], error: str, cause: str) -> None:
        """End an execution with an error, unless it has ended."""
        self._end(execution, "Failed", {"error": error, "cause": cause}, {"error": error, "cause": cause})

    def time_out(self, execution: dict[str, Any]) -> None:
        """End an execution that took too long, unless it has ended."""
        self._end(execution, "TimedOut", {}, {})

    def _stop(self, request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
        arn = request.get("executionArn")
        execution = self._records.get(arn)
        if execution is None:
            return self._refuse("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'", 400)
        told = {name: request[name] for name in ("error", "cause") if request.get(name)}
        if not self._end(execution, "Aborted", told, told) and execution["status"] != "ABORTED":
            return self._refuse("ValidationException", f"Execution is {execution['status']} and cannot be stopped", 400)
        return self._json({"stopDate": execution["stopDate"]})

    def _end(self, execution: dict[str, Any], how: str, details: Mapping[str, Any], changes: Mapping[str, Any]) -> bool:
        status = "TIMED_OUT" if how == "TimedOut" else how.upper()
        with self._lock:
            if execution["status"] != "RUNNING":
                return False
            execution.update(changes, status=status, stopDate=self._now())
            self._history.add(execution, f"Execution{how}", {f"execution{how}EventDetails": dict(details)})
        # Targets of rules may take long, and stop or start other executions.
        self._emit(execution)
        return True
