"""JSONPath of a state machine, strictly: what is not there fails the state, as on AWS, and is no silent null."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions

_VARIABLE: Final = re.compile(r"\$([A-Za-z_]\w*)(.*)", re.DOTALL)
_MISSING: Any = object()
_SHOWN: Final = 1_000
_FAILURES: Final = (ValueError, KeyError, IndexError, TypeError, ArithmeticError, AttributeError)


class Templates:
    """Takes the place of ministack's functions, whose paths give null where nothing is."""

    def __init__(self, hooks: Hooks, executions: Executions) -> None:
        module = hooks.module("services.stepfunctions")
        self._tokens = hooks.get(module, "_parse_jsonpath_tokens")
        self._error = executions.error
        self._failed = hooks.get(module, "_ExecutionError")
        hooks.replace(module, "_resolve_params_obj", self.template)
        hooks.replace(module, "_apply_input_path", lambda state, data, context=None: self.input(state, data, context))
        hooks.replace(module, "_apply_output_path", lambda state, data, context=None: self.output(state, data, context))
        hooks.wrap(module, "_eval_intrinsic_arg", self._strict_argument)
        hooks.wrap(module, "_evaluate_intrinsic", self._named_failure)
        self._intrinsic: Callable[..., Any] = hooks.get(module, "_evaluate_intrinsic")

    def input(self, state: Mapping[str, Any], data: Any, context: Mapping[str, Any] | None) -> Any:  # noqa: ANN401
        """Return the part of the input that InputPath names."""
        return self._part("InputPath", state, data, context)

    def output(self, state: Mapping[str, Any], data: Any, context: Mapping[str, Any] | None) -> Any:  # noqa: ANN401
        """Return the part of the output that OutputPath names."""
        return self._part("OutputPath", state, data, context)

    def path(self, path: str, data: Any, context: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return what a path names: in the data, in the context object (`$$.`) or in a variable (`$name`).

        Raises:
            Exception: States.Runtime, when there is nothing.
        """
        value = self._found(path, data, context or {})
        if value is _MISSING:
            raise self._error("States.Runtime", f"Invalid path '{path}': no results in {_shown(data)}")
        return value

    def template(self, template: Any, data: Any, context: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """Return a payload template with every field that ends in `.$` replaced."""
        if isinstance(template, list):
            return [self.template(item, data, context) for item in template]
        if not isinstance(template, dict):
            return template
        result = {}
        for key, value in template.items():
            if key.endswith(".$"):
                result[key[:-2]] = self._replaced(key, value, data, context or {})
            else:
                result[key] = self.template(value, data, context)
        return result

    def _replaced(self, key: str, value: Any, data: Any, context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, str) and value.startswith("States."):
            return self._intrinsic(value, data, context)
        if not isinstance(value, str) or not value.startswith("$"):
            raise self._error(
                "States.Runtime", f"The value for the field '{key}' must be a valid JSONPath or intrinsic function"
            )
        found = self._found(value, data, context)
        if found is _MISSING:
            raise self._error(
                "States.Runtime",
                f"The JSONPath '{value}' specified for the field '{key}' could not be found in the input "
                f"'{_shown(data)}'",
            )
        return found

    def _part(self, field: str, state: Mapping[str, Any], data: Any, context: Mapping[str, Any] | None) -> Any:  # noqa: ANN401
        if field not in state:
            return data
        path = state[field]
        return {} if path is None else self.path(path, data, context)

    def _found(self, path: str, data: Any, context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        if path.startswith("$$"):
            return self._walk(path[1:], context)
        variable = _VARIABLE.fullmatch(path)
        if variable is None:
            return self._walk(path, data)
        variables = context.get("variables", {})
        return self._walk(f"${variable[2]}", variables[variable[1]]) if variable[1] in variables else _MISSING

    def _walk(self, path: str, data: Any) -> Any:  # noqa: ANN401 - JSON
        tokens = [] if path == "$" else self._tokens(path)
        if tokens is None or not path.startswith("$"):
            raise self._error("States.Runtime", f"the local AWS cannot evaluate the JSONPath '{path}'")
        values, many = [data], False
        for kind, name in tokens:
            many = many or kind == "wildcard"
            values = [found for value in values for found in _step(kind, name, value)]
        if many:
            return values
        return values[0] if values else _MISSING

    def _strict_argument(self, evaluate: Callable[..., Any]) -> Callable[..., Any]:
        def call(argument: tuple[Any, ...], data: Any, context: Mapping[str, Any] | None) -> Any:  # noqa: ANN401
            if argument[0] == "path":
                return self.path(argument[1], data, context)
            return evaluate(argument, data, context)

        return call

    def _named_failure(self, evaluate: Callable[..., Any]) -> Callable[..., Any]:
        def call(expression: str, data: Any, context: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - JSON
            try:
                return evaluate(expression, data, context)
            except self._failed:
                raise
            except _FAILURES as error:
                text = f"the intrinsic function {expression} failed: {error}"
                raise self._error("States.IntrinsicFailure", text) from error

        return call


def _step(kind: str, name: Any, value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    if kind == "field":
        return [value[name]] if isinstance(value, dict) and name in value else []
    if kind == "index":
        return [value[name]] if isinstance(value, list) and name < len(value) else []
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else []


def _shown(data: Any) -> str:  # noqa: ANN401 - JSON
    text = json.dumps(data)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
