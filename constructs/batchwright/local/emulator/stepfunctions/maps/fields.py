"""Fields of a Distributed Map state, in JSONPath and in JSONata."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.stepfunctions.maps.reader import ItemsError, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.states.templates import Templates


_SHOWN = 1_000


class MapFields:
    """Evaluates fields through ministack's interpreter.

    Args:
        hooks: Hooks of the server.
        module: ministack's Step Functions.
        templates: Evaluates paths.
    """

    def __init__(self, hooks: Hooks, module: ModuleType, templates: Templates) -> None:
        self._language = hooks.get(module, "_state_query_language")
        self._path = templates.path
        self._template = templates.template
        self._jsonata = hooks.get(module, "_apply_jsonata_template")

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
        with suppress(ValueError):
            value = float(value) if isinstance(value, str) else value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise ItemsError(f"{name} has to be a number from 0 but is: {value!r}"[:_SHOWN])
        return value

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

    def items(self, state: dict[str, Any], call: Call, client: Callable[[], Any]) -> list[Any]:
        """Return the items: from S3, from the input, or given.

        Args:
            state: The state.
            call: The run of it.
            client: Returns a client of S3 that acts as the state machine's role.
        """
        if state.get("ItemReader"):
            reader = state["ItemReader"]
            place = self.value(reader.get("Parameters") or reader.get("Arguments") or {}, call)
            config = self.value(reader.get("ReaderConfig") or {}, call)
            found = read({**reader, "ReaderConfig": config}, place, client())
            most = self.whole(config, "MaxItems", call)
            return found[:most] if most else found
        if call.jsonata and "Items" in state:
            items = self._jsonata(state["Items"], call.raw, call.context)
        else:
            items = self._path(state.get("ItemsPath", "$"), call.effective, call.context)
        if not isinstance(items, list):
            raise ItemsError(f"the items of a Map state have to be an array but are: {items!r}"[:_SHOWN])
        return items


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
