"""RedriveExecution: an execution that failed goes on from where it failed.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html: states, branches and items that ended well
are not run again, the definition and the input stay those of the first attempt.
"""

from __future__ import annotations

import contextvars
import json
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.stepfunctions.runs import frames, starts
from batchwright.local.emulator.stepfunctions.runs.chain import new_context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.chain import Runs
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions
    from batchwright.local.emulator.stepfunctions.runs.frames import Frame

_UNSUCCESSFUL = frozenset({"FAILED", "ABORTED", "TIMED_OUT"})
_ACTION = "AWSStepFunctions.RedriveExecution"


class Redrive:
    """Keeps where each execution stopped, and answers the operation."""

    def __init__(self, hooks: Hooks, executions: Executions, runs: Runs) -> None:
        self._module = hooks.module("services.stepfunctions")
        self._executions = executions
        self._runs = runs
        self._get = {
            name: hooks.get(self._module, name)
            for name in (
                "_executions",
                "_state_machines",
                "_add_event",
                "_emit_execution_status_event",
                "now_iso",
                "json_response",
                "error_response_json",
                "_finalize_response",
            )
        }
        self._frames: dict[str, tuple[Frame, str]] = {}
        frames.install(hooks, executions)
        hooks.wrap(self._module, "_run_execution", self._remembering)
        hooks.wrap(self._module, "handle_request", self._answering)
        hooks.wrap(self._module, "_describe_execution", self._described)
        hooks.wrap(self._module, "_delete_state_machine", self._forgetting)

    def _remembering(self, run: Callable[[str], None]) -> Callable[[str], None]:
        def call(arn: str) -> None:
            started = starts.current()
            frame = frames.Frame()
            if started is not None and not started.express:
                self._frames[arn] = (frame, started.definition)
            self._in_frame(frame, lambda: run(arn))
            self._forget_if_done(arn)

        return call

    def _answering(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        async def call(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Any:  # noqa: ANN401
            if headers.get("x-amz-target") != _ACTION:
                return await handle(method, path, headers, body, query)
            return self._get["_finalize_response"](self._redrive(json.loads(body or b"{}")))

        return call

    def _redrive(self, request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
        arn = str(request.get("executionArn", ""))
        execution = self._get["_executions"].get(arn)
        if execution is None:
            return self._get["error_response_json"]("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'", 400)
        reason = self._refusal(arn, execution)
        if reason:
            return self._get["error_response_json"]("ExecutionNotRedrivable", reason, 400)
        date = self._get["now_iso"]()
        count = execution.get("redriveCount", 0) + 1
        execution.update(
            status="RUNNING", redriveCount=count, redriveDate=date, stopDate=None, output=None, error=None, cause=None
        )
        self._get["_add_event"](
            execution, "ExecutionRedriven", {"executionRedrivenEventDetails": {"redriveCount": count}}
        )
        self._get["_emit_execution_status_event"](execution)
        threading.Thread(
            target=contextvars.copy_context().run, args=(self._executions.track, arn, self._resume), daemon=True
        ).start()
        return self._get["json_response"]({"redriveDate": date})

    def _refusal(self, arn: str, execution: Mapping[str, Any]) -> str:
        if execution.get("mapRunArn"):
            return "Execution is a child of a Map Run and cannot be redriven by itself; redrive its parent"
        if execution["status"] not in _UNSUCCESSFUL:
            return f"Execution is {execution['status']} and cannot be redriven"
        if self._executions.is_active(arn):
            return "Execution is still being stopped and cannot be redriven yet"
        machine = self._get["_state_machines"].get(execution["stateMachineArn"])
        if machine is None:
            return "State machine is in DELETING status"
        if machine.get("type") == "EXPRESS":
            return "Execution is of an EXPRESS state machine and cannot be redriven"
        if arn not in self._frames:
            return "Execution history event limit exceeded"
        return ""

    def _resume(self, arn: str) -> None:
        frame, text = self._frames[arn]
        execution = self._get["_executions"].get(arn)
        definition = json.loads(text)
        frame.resume()
        context = new_context(execution, definition, execution["stateMachineArn"].rsplit(":", 1)[-1])
        context["variables"] = dict(frame.variables)
        start, data = frame.state or definition["StartAt"], frame.data if frame.state else context["Execution"]["Input"]
        self._in_frame(frame, lambda: self._runs.go_on(execution, definition, start, data, context))
        self._forget_if_done(arn)

    def _in_frame(self, frame: Frame, run: Callable[[], None]) -> None:
        token = frames.enter(frame)
        try:
            run()
        finally:
            frames.leave(token)

    def _forgetting(self, delete: Callable[..., Any]) -> Callable[..., Any]:
        """Forget the executions of a deleted state machine, as ministack does."""

        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            response = delete(request)
            mark = f"{request.get('stateMachineArn', '')}:".replace(":stateMachine:", ":execution:")
            for arn in [arn for arn in list(self._frames) if arn.startswith(mark)]:
                self._frames.pop(arn, None)
            return response

        return call

    def _forget_if_done(self, arn: str) -> None:
        execution = self._get["_executions"].get(arn)
        if execution is None or execution["status"] == "SUCCEEDED":
            self._frames.pop(arn, None)

    def _described(self, describe: Callable[..., Any]) -> Callable[..., Any]:
        """Add what DescribeExecution says about redrives."""

        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            status, headers, body = describe(request)
            arn = str(request.get("executionArn", ""))
            execution = self._get["_executions"].get(arn)
            if execution is None or status != HTTPStatus.OK:
                return status, headers, body
            answer = json.loads(body)
            reason = self._refusal(arn, execution)
            answer["redriveCount"] = execution.get("redriveCount", 0)
            if answer["status"] != "SUCCEEDED":
                # ministack puts the error there; AWS has it in its own members only.
                answer.pop("output", None)
            answer["redriveStatus"] = "NOT_REDRIVABLE" if reason else "REDRIVABLE"
            if reason:
                answer["redriveStatusReason"] = reason
            if execution.get("redriveDate"):
                answer["redriveDate"] = execution["redriveDate"]
            return self._get["json_response"](answer)

        return call
