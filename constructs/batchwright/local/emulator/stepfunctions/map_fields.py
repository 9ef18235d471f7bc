"""Fields of a Distributed Map state, in JSONPath and in JSONata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

    from batchwright.local.emulator.guard import Hooks


class MapFields:
    """Evaluates fields through ministack's interpreter.

    Args:
        hooks: Hooks of the server.
        module: ministack's Step Functions.
    """

    def __init__(self, hooks: Hooks, module: ModuleType) -> None:
        self._language = hooks.get(module, "_state_query_language")
        self._path = hooks.get(module, "_resolve_path_or_ctx")
        self._template = hooks.get(module, "_resolve_params_obj")
        self._jsonata = hooks.get(module, "_apply_jsonata_template")
        self._read_items = hooks.get(module, "_read_map_items")

    def is_jsonata(self, state: dict[str, Any], context: dict[str, Any]) -> bool:
        """Say whether a state is written in JSONata."""
        return bool(self._language(state, context) == "JSONata")

    def number(self, owner: dict[str, Any], name: str, call: Call) -> int | float | None:
        """Return a number of the state or of one of its fields, given as such, by path or by expression."""
        path = owner.get(f"{name}Path")
        if path:
            value = self._path(path, call.effective, call.context)
        elif name in owner:
            value = self._jsonata(owner[name], call.raw, call.context)
        else:
            return None
        return float(value) if isinstance(value, str) else value

    def whole(self, owner: dict[str, Any], name: str, call: Call) -> int | None:
        """Return a number as `number` does, without a fraction."""
        value = self.number(owner, name, call)
        return None if value is None else int(value)

    def value(self, template: Any, call: Call, context: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return a template with its paths or expressions replaced."""
        where = call.context if context is None else context
        if call.jsonata:
            return self._jsonata(template, call.raw, where)
        return self._template(template, call.effective, where)

    def items(self, state: dict[str, Any], call: Call) -> list[Any]:
        """Return the items: from S3, from the input, or given."""
        if state.get("ItemReader"):
            reader = state["ItemReader"]
            if call.jsonata:
                reader = self._jsonata(reader, call.raw, call.context)
            items = self._read_items(reader, call.effective, call.context)
        elif call.jsonata and "Items" in state:
            items = self._jsonata(state["Items"], call.raw, call.context)
        else:
            items = self._path(state.get("ItemsPath", "$"), call.effective, call.context)
        return items if isinstance(items, list) else [items]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One run of the state: what its fields are evaluated against.

    Attributes:
        raw: Input of the state.
        effective: The part of it that InputPath names.
        execution: Record of the execution.
        context: The context object.
        jsonata: Whether the state is written in JSONata.
    """

    raw: Any
    effective: Any
    execution: dict[str, Any]
    context: dict[str, Any]
    jsonata: bool
