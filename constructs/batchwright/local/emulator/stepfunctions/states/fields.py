"""Fields that states have in common, in JSONPath and in JSONata: input, output, variables, numbers of seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions
    from batchwright.local.emulator.stepfunctions.states.templates import Templates


class Fields:
    """Evaluates the fields of a state."""

    def __init__(self, hooks: Hooks, executions: Executions, templates: Templates) -> None:
        module = hooks.module("services.stepfunctions")
        self._executions = executions
        self._templates = templates
        self._language = hooks.get(module, "_state_query_language")
        self._jsonata = hooks.get(module, "_apply_jsonata_template")
        self._result_path = hooks.get(module, "_apply_result_path_raw")

    def is_jsonata(self, state: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
        """Say whether a state is written in JSONata."""
        return bool(self._language(state, context) == "JSONata")

    def arguments(self, state: Mapping[str, Any], data: Any, context: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Return the effective input of a state: Arguments, or Parameters of what InputPath names."""
        if self.is_jsonata(state, context):
            return self._jsonata(state["Arguments"], data, context) if "Arguments" in state else data
        effective = self._templates.input(state, data, context)
        return self._templates.template(state["Parameters"], effective, context) if "Parameters" in state else effective

    def seconds(
        self,
        name: str,
        state: Mapping[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        context: dict[str, Any],
    ) -> float | None:
        """Return a number of seconds, given as such, by path or by expression; None when it is not given."""
        if f"{name}Path" in state:
            value = self._templates.path(state[f"{name}Path"], data, context)
        elif name in state:
            value = self._jsonata(state[name], data, context)
        else:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            raise self._executions.error("States.Runtime", f"{name} has to be a positive number but was: {value!r}")
        return float(value)

    def finish(
        self,
        state: Mapping[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        result: Any,  # noqa: ANN401 - JSON
        context: dict[str, Any],
    ) -> tuple[Any, str | None]:
        """Return the output of a state that has a result, and the name of the next."""
        if self.is_jsonata(state, context):
            output = self._jsonata(state["Output"], data, context, result=result) if "Output" in state else result
        else:
            selector = state.get("ResultSelector")
            chosen = result if selector is None else self._templates.template(selector, result, context)
            placed = self._placed(state.get("ResultPath", "$"), data, chosen)
            output = self._templates.output(state, placed, context)
        self.assign(state, data, context, result=result)
        return output, following(state)

    def caught(
        self,
        state: Mapping[str, Any],
        catcher: Mapping[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        error: tuple[str, str],
        context: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - JSON
        """Return the output with which a catcher goes on."""
        told = {"Error": error[0], "Cause": error[1]}
        if not self.is_jsonata(state, context):
            self._set(catcher.get("Assign"), told, context)
            return self._placed(catcher.get("ResultPath", "$"), data, told)
        output = told
        if "Output" in catcher:
            output = self._jsonata(catcher["Output"], data, context, error_output=told)
        values = self._jsonata(catcher.get("Assign") or {}, data, context, error_output=told)
        context.setdefault("variables", {}).update(values)
        return output

    def assign(
        self,
        owner: Mapping[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        context: dict[str, Any],
        *,
        result: Any = None,  # noqa: ANN401
    ) -> None:
        """Set the variables of a state. `$` of a JSONPath is the result, of a state without one its input."""
        if owner.get("Assign") and self.is_jsonata(owner, context):
            values = self._jsonata(owner["Assign"], data, context, result=result)
            context.setdefault("variables", {}).update(values)
        else:
            self._set(owner.get("Assign"), data if result is None else result, context)

    def _set(self, assign: Mapping[str, Any] | None, data: Any, context: dict[str, Any]) -> None:  # noqa: ANN401
        if assign:
            context.setdefault("variables", {}).update(self._templates.template(assign, data, context))

    def _placed(self, path: str | None, data: Any, result: Any) -> Any:  # noqa: ANN401 - JSON
        if path not in (None, "$") and not isinstance(data, dict):
            raise self._executions.error(
                "States.ResultPathMatchFailure", f"Unable to apply ResultPath '{path}' to input that is no JSON object"
            )
        return self._result_path(path, data, result)


def following(state: Mapping[str, Any]) -> str | None:
    """Return the name of the next state, None after the last."""
    return None if state.get("End") else state.get("Next")
