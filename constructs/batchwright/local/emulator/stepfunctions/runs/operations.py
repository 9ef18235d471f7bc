"""What the API of Step Functions refuses, and ministack takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.stepfunctions.definitions import judge
from batchwright.local.emulator.stepfunctions.runs.chain import MAX_DATA_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks

_STANDARD_ONLY: Final = ("_describe_execution", "_get_execution_history", "_stop_execution", "_list_executions")


class Operations:
    """Looks at requests before ministack does."""

    def __init__(self, hooks: Hooks) -> None:
        module = hooks.module("services.stepfunctions")
        self._records = hooks.get(module, "_executions")
        self._machines = hooks.get(module, "_state_machines")
        self._resolve = hooks.get(module, "_resolve_state_machine_arn")
        self._json = hooks.get(module, "json_response")
        self._refuse = hooks.get(module, "error_response_json")
        hooks.wrap(module, "_create_state_machine", self._defined)
        hooks.wrap(module, "_update_state_machine", self._defined)
        hooks.replace(module, "_validate_state_machine_definition", self._validate)
        hooks.wrap(module, "_start_execution", self._started)
        hooks.wrap(module, "_start_sync_execution", self._started_sync)
        hooks.wrap(module, "_send_task_success", self._output)
        for name in _STANDARD_ONLY:
            hooks.wrap(module, name, self._standard)

    def _defined(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            known = self._machines.get(request.get("stateMachineArn", ""), {})
            definition = request.get("definition")
            if definition is not None:
                reason = judge.refusal(definition, request.get("type") or known.get("type", "STANDARD"))
                if reason is not None:
                    return self._refuse("InvalidDefinition", reason, 400)
            return handle(request)

        return call

    def _validate(self, request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
        found = judge.judge(str(request.get("definition", "")), express=request.get("type") == "EXPRESS")
        diagnostics = [
            {"severity": "ERROR", "code": one.code, "message": one.message, "location": one.location} for one in found
        ][: int(request.get("maxResults") or 100)]
        return self._json(
            {
                "result": "FAIL" if found else "OK",
                "diagnostics": diagnostics,
                "truncated": len(diagnostics) < len(found),
            }
        )

    def _started(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            refused = self._input(request)
            if refused is not None:
                return refused
            before = self._same(request)
            if before is not None:
                return self._json({"executionArn": before["executionArn"], "startDate": before["startDate"]})
            return handle(request)

        return call

    def _started_sync(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            refused = self._input(request)
            if refused is not None:
                return refused
            machine = self._machine(request)
            if machine is not None and machine["type"] != "EXPRESS":
                arn = machine["stateMachineArn"]
                return self._refuse("StateMachineTypeNotSupported", f"State machine {arn} is not of type EXPRESS", 400)
            return handle(request)

        return call

    def _input(self, request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
        text = request.get("input", "{}")
        if len(text.encode()) > MAX_DATA_BYTES:
            return self._refuse(
                "ValidationException",
                "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length "
                f"less than or equal to {MAX_DATA_BYTES}",
                400,
            )
        try:
            json.loads(text)
        except ValueError as error:
            return self._refuse("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'", 400)
        return None

    def _same(self, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the execution that runs under the same name with the same input: to start it again is no error."""
        machine, name = self._machine(request), request.get("name")
        if machine is None or not name:
            return None
        arn = f"{machine['stateMachineArn'].replace(':stateMachine:', ':execution:')}:{name}"
        record = self._records.get(arn)
        same = record is not None and record["status"] == "RUNNING" and record["input"] == request.get("input", "{}")
        return record if same else None

    def _machine(self, request: Mapping[str, Any]) -> dict[str, Any] | None:
        arn = self._resolve(str(request.get("stateMachineArn", "")).split("#")[0])
        return None if arn is None else self._machines.get(arn)

    def _standard(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        """Refuse what AWS does not tell about executions of EXPRESS state machines."""

        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            record = self._records.get(request.get("executionArn", ""))
            arn = record["stateMachineArn"] if record else request.get("stateMachineArn", "")
            machine = self._machines.get(arn)
            if machine is not None and machine.get("type") == "EXPRESS":
                text = "This operation is not supported by this type of state machine"
                return self._refuse("StateMachineTypeNotSupported", text, 400)
            return handle(request)

        return call

    def _output(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            try:
                json.loads(str(request.get("output", "{}")))
            except ValueError:
                return self._refuse("InvalidOutput", "Invalid Output: the output is no JSON", 400)
            return handle(request)

        return call
