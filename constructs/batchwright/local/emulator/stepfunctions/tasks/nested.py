"""arn:aws:states:::states:startExecution, whose nested execution ends with the one that waits for it."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions

_ENDED = frozenset({"SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT"})
_LOOK_SECONDS = 0.05


class Nested:
    """Takes the place of ministack's function, under which a nested execution outlives an abort and tells no events."""

    def __init__(self, hooks: Hooks, executions: Executions) -> None:
        self._module = hooks.module("services.stepfunctions")
        self._executions = executions
        self._records = hooks.get(self._module, "_executions")
        self._request = hooks.get(self._module, "_nested_start_execution_request")
        self._start: Callable[..., Any] = hooks.get(self._module, "_start_execution")
        self._stop: Callable[..., Any] = hooks.get(self._module, "_stop_execution")
        self._failed = hooks.get(self._module, "_ExecutionError")
        hooks.replace(self._module, "_invoke_nested_start_execution", self._begin)
        hooks.replace(self._module, "_invoke_nested_start_execution_sync", self._run)

    def _begin(self, resource: str, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - ministack's signature
        status, _, body = self._start(self._request(data))
        answer = json.loads(body)
        if "executionArn" not in answer:
            name = str(answer.get("__type", "SfnException")).rpartition("#")[2]
            raise self._executions.error(f"StepFunctions.{name}", f"{answer.get('message', status)}")
        return {"ExecutionArn": answer["executionArn"], "StartDate": answer["startDate"]}

    def _run(self, resource: str, data: dict[str, Any]) -> dict[str, Any]:
        begun = self._begin(resource, data)
        self._executions.submitted(begun)
        record = self._records[begun["ExecutionArn"]]
        try:
            while record["status"] not in _ENDED:
                self._executions.wait(threading.Event(), _LOOK_SECONDS)
        except self._failed:
            self._stop({"executionArn": record["executionArn"], "cause": "The parent execution stopped waiting"})
            raise
        described = _described(record)
        if record["status"] != "SUCCEEDED":
            raise self._executions.error("States.TaskFailed", json.dumps(described))
        if resource.endswith(":2"):
            described["Output"] = json.loads(described["Output"])
            described["Input"] = json.loads(described["Input"])
        return described


def _described(record: dict[str, Any]) -> dict[str, Any]:
    """Return an execution as DescribeExecution has it, in PascalCase."""
    names = ("executionArn", "input", "inputDetails", "name", "startDate", "stateMachineArn", "status", "stopDate")
    more = ("output", "outputDetails") if record["status"] == "SUCCEEDED" else ("error", "cause")
    chosen = {name: record[name] for name in (*names, *more) if record.get(name) is not None}
    for name in ("inputDetails", "outputDetails"):
        if name in chosen:
            chosen[name] = {"Included": chosen[name]["included"]}
    return {f"{name[0].upper()}{name[1:]}": value for name, value in sorted(chosen.items())}
