"""The states Pass, Wait and Choice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.stepfunctions.states.fields import following

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions
    from batchwright.local.emulator.stepfunctions.states.fields import Fields
    from batchwright.local.emulator.stepfunctions.states.templates import Templates


class SimpleStates:
    """Takes the place of ministack's functions: they know no variables in JSONPath, and wait whatever happens."""

    def __init__(self, hooks: Hooks, executions: Executions, fields: Fields, templates: Templates) -> None:
        module = hooks.module("services.stepfunctions")
        self._executions = executions
        self._fields = fields
        self._templates = templates
        self._jsonata = hooks.get(module, "_apply_jsonata_template")
        self._wait_seconds = hooks.get(module, "_jsonata_wait_seconds")
        self._wait_timestamp = hooks.get(module, "_jsonata_wait_timestamp")
        self._holds = hooks.get(module, "_evaluate_rule")
        self._holds_in_jsonata = hooks.get(module, "_evaluate_jsonata_choice_rule")
        hooks.replace(module, "_execute_pass", self._pass)
        hooks.replace(module, "_execute_wait", self._wait)
        hooks.replace(module, "_execute_choice", self._choose)

    def _pass(self, state: dict[str, Any], data: Any, context: dict[str, Any]) -> tuple[Any, str | None]:  # noqa: ANN401
        if self._fields.is_jsonata(state, context):
            output = self._jsonata(state["Output"], data, context) if "Output" in state else data
            self._fields.assign(state, data, context, result=output)
            return output, following(state)
        effective = self._fields.arguments(state, data, context)
        return self._fields.finish(state, data, state.get("Result", effective), context)

    def _wait(self, state: dict[str, Any], data: Any, context: dict[str, Any]) -> tuple[Any, str | None]:  # noqa: ANN401
        if self._fields.is_jsonata(state, context):
            effective = data
            if "Seconds" in state:
                self._executions.sleep(self._wait_seconds(state, data, context))
            else:
                self._until(self._wait_timestamp(state, data, context))
            output = self._jsonata(state["Output"], data, context) if "Output" in state else data
        else:
            effective = self._templates.input(state, data, context)
            self._wait_for(state, effective, context)
            output = self._templates.output(state, effective, context)
        self._fields.assign(state, effective, context)
        return output, following(state)

    def _wait_for(self, state: Mapping[str, Any], data: Any, context: dict[str, Any]) -> None:  # noqa: ANN401 - JSON
        paths = {name: self._templates.path(state[name], data, context) for name in state if name.endswith("sPath")}
        seconds = paths.get("SecondsPath", state.get("Seconds"))
        if seconds is None:
            moment = state.get("Timestamp")
            self._until(moment if moment is not None else self._templates.path(state["TimestampPath"], data, context))
            return
        if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 0:
            raise self._executions.error(
                "States.Runtime", f"The Seconds to wait have to be a whole number: {seconds!r}"
            )
        self._executions.sleep(seconds)

    def _until(self, text: Any) -> None:  # noqa: ANN401 - JSON
        try:
            moment = datetime.fromisoformat(text)
            left = (moment - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError) as error:
            raise self._executions.error("States.Runtime", f"The Timestamp to wait for is none: {text!r}") from error
        self._executions.sleep(left)

    def _choose(self, state: dict[str, Any], data: Any, context: dict[str, Any]) -> tuple[Any, str | None]:  # noqa: ANN401
        jsonata = self._fields.is_jsonata(state, context)
        effective = data if jsonata else self._templates.input(state, data, context)
        holds = self._holds_in_jsonata if jsonata else self._holds
        rule = next((one for one in state.get("Choices", []) if holds(one, effective, context)), None)
        chosen = state.get("Default") if rule is None else rule["Next"]
        if chosen is None:
            raise self._executions.error("States.NoChoiceMatched", "No choice rule matched and no Default")
        owner = {"QueryLanguage": "JSONata" if jsonata else "JSONPath", **(state if rule is None else rule)}
        self._fields.assign(owner, effective, context)
        if jsonata:
            return (self._jsonata(owner["Output"], data, context) if "Output" in owner else data), chosen
        return self._templates.output(state, effective, context), chosen
