"""Runs chains of states: an execution, a branch, an item; each state with its events in the history."""

from __future__ import annotations

import contextvars
import copy
import json
import logging
import threading
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.stepfunctions.runs import frames, starts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.ends import Ends
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions
    from batchwright.local.emulator.stepfunctions.runs.history import History

_log = logging.getLogger("batchwright.local.stepfunctions")
MAX_DATA_BYTES: Final = 256 * 1024
"""Largest input or output of a state and of an execution, in bytes of UTF-8."""
_WITH_EXECUTION: Final = frozenset({"Task", "Parallel", "Map"})
_STATES: Final = ("Pass", "Task", "Choice", "Wait", "Parallel", "Map")
_ENDED: Final = "An error occurred while executing the state"


class Chains:
    """Takes the place of ministack's loop over states, which writes no events of branches and items."""

    def __init__(self, hooks: Hooks, executions: Executions, history: History) -> None:
        self._module = hooks.module("services.stepfunctions")
        self._executions = executions
        self._history = history
        self._failed = hooks.get(self._module, "_ExecutionError")
        self._now = hooks.get(self._module, "now_iso")
        self._jsonata_output = hooks.get(self._module, "_apply_jsonata_output")
        self._language = hooks.get(self._module, "_state_query_language")
        for name in (*(f"_execute_{kind.lower()}" for kind in _STATES), "_fail_state_error"):
            hooks.get(self._module, name)
        hooks.replace(self._module, "_run_sub_machine", self.run)

    def run(
        self,
        states: Mapping[str, Any],
        start: str,
        data: Any,  # noqa: ANN401 - JSON
        execution: dict[str, Any],
        context: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - JSON
        """Run states from one to the end, and return the output of the last."""
        following: str | None = start
        data = copy.deepcopy(data)
        with self._history.chain(execution):
            while following is not None:
                state = states.get(following)
                if state is None:
                    raise self._executions.error("States.Runtime", f"State '{following}' not found in definition")
                data, following = self._state(following, state, data, execution, context)
        return data

    def _state(
        self,
        name: str,
        state: dict[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        execution: dict[str, Any],
        context: dict[str, Any],
    ) -> tuple[Any, str | None]:
        self._executions.check()
        kind = str(state.get("Type"))
        context["State"] = {"Name": name, "EnteredTime": self._now(), "RetryCount": 0}
        entered = None
        if not frames.goes_on(name):
            details = {"name": name, "input": json.dumps(data)}
            entered = self._history.add(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": details})
        try:
            output, following = self._run_state(kind, state, data, execution, context)
            text = json.dumps(output)
            if len(text.encode()) > MAX_DATA_BYTES:
                raise self._executions.error(
                    "States.DataLimitExceeded",
                    f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes "
                    "service limit.",
                )
        except self._failed as error:
            if error.error == "States.Runtime" and entered is not None and not error.cause.startswith(_ENDED):
                where = f"{_ENDED} '{name}' (entered at the event id #{entered['id']})."
                raise self._executions.error(error.error, f"{where} {error.cause}") from error
            raise
        self._history.add(execution, f"{kind}StateExited", {"stateExitedEventDetails": {"name": name, "output": text}})
        return output, following

    def _run_state(
        self,
        kind: str,
        state: dict[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        execution: dict[str, Any],
        context: dict[str, Any],
    ) -> tuple[Any, str | None]:
        if kind == "Succeed":
            return self._succeed(state, data, context), None
        if kind == "Fail":
            raise self._executions.error(*self._named("_fail_state_error")(state, data, context))
        if kind not in _STATES:
            raise self._executions.error("States.Runtime", f"Unknown state type: {kind}")
        run = self._named(f"_execute_{kind.lower()}")
        result = run(state, data, execution, context) if kind in _WITH_EXECUTION else run(state, data, context)
        output, following = result
        return output, following

    def _succeed(self, state: dict[str, Any], data: Any, context: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        if self._language(state, context) == "JSONata":
            return self._jsonata_output(state, data, context, default=data)
        read = self._named("_apply_input_path")(state, data, context)
        return self._named("_apply_output_path")(state, read, context)

    def _named(self, name: str) -> Callable[..., Any]:
        # Looked up each time: other hooks are laid around these.
        return getattr(self._module, name)  # type: ignore[no-any-return]


class Runs:
    """Takes the place of ministack's `_run_execution`, which knows no time limit of a state machine, and no version."""

    def __init__(self, hooks: Hooks, executions: Executions, ends: Ends) -> None:
        self._module = hooks.module("services.stepfunctions")
        self._executions = executions
        self._ends = ends
        self._failed = hooks.get(self._module, "_ExecutionError")
        self._get = {name: hooks.get(self._module, name) for name in ("_executions", "_state_machines")}
        self._run_states = hooks.get(self._module, "_run_sub_machine")
        hooks.replace(self._module, "_run_execution", self._run)

    def _run(self, arn: str) -> None:
        execution = self._get["_executions"].get(arn)
        if execution is not None:
            self._executions.track(arn, lambda _: self._begin(execution))

    def _begin(self, execution: dict[str, Any]) -> None:
        started = starts.current()
        if started is None or execution["stateMachineArn"] not in self._get["_state_machines"]:
            self._ends.fail(execution, "StateMachineDeleted", "State machine no longer exists")
            return
        execution["events"][0]["executionStartedEventDetails"]["roleArn"] = started.role
        for name, arn in (("stateMachineVersionArn", started.version), ("stateMachineAliasArn", started.alias)):
            if arn is not None:
                execution[name] = execution["events"][0]["executionStartedEventDetails"][name] = arn
        definition = json.loads(started.definition)
        context = new_context(execution, definition, started.machine)
        self.go_on(execution, definition, definition["StartAt"], context["Execution"]["Input"], context)

    def go_on(
        self,
        execution: dict[str, Any],
        definition: Mapping[str, Any],
        start: str,
        data: Any,  # noqa: ANN401 - JSON
        context: dict[str, Any],
    ) -> None:
        """Run an execution from one of its states to its end. The calling thread is tracked as its own."""
        limit = None
        try:
            limit = self._limit(execution, definition)
            # The interpreter's own function: the chain of the state machine is no part of another.
            output = self._run_states(definition["States"], start, data, execution, context)
            self._ends.succeed(execution, output)
        except self._failed as error:
            self._ends.fail(execution, error.error, error.cause)
        except Exception as error:
            # An execution ends, whatever happens in it.
            _log.exception("unexpected error in execution %s", execution["executionArn"])
            self._ends.fail(execution, "States.Runtime", str(error))
        finally:
            if limit is not None:
                limit.cancel()

    def _limit(self, execution: dict[str, Any], definition: Mapping[str, Any]) -> threading.Timer | None:
        seconds = definition.get("TimeoutSeconds")
        if seconds is None:
            return None
        timer = threading.Timer(float(seconds), contextvars.copy_context().run, (self._ends.time_out, execution))
        timer.daemon = True
        timer.start()
        return timer


def new_context(execution: Mapping[str, Any], definition: Mapping[str, Any], machine: str) -> dict[str, Any]:
    """Return the context object of an execution."""
    return {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": {
            "Id": execution["executionArn"],
            "Input": json.loads(execution["input"]),
            "Name": execution["name"],
            "RoleArn": execution["events"][0].get("executionStartedEventDetails", {}).get("roleArn", ""),
            "StartTime": execution["startDate"],
            "RedriveCount": execution.get("redriveCount", 0),
            **({"RedriveTime": execution["redriveDate"]} if execution.get("redriveDate") else {}),
        },
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": machine},
        "variables": {},
    }
