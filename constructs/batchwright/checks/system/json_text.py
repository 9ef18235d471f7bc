"""JSON inside a template: an object, or a string of which parts are open (`Fn::Join` and `Fn::Sub` make such)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from batchwright.checks.templates import Reference, Text, Unknown, joined, literal, scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.checks.templates import Value

# Stands for an open part while JSON is read: characters of Unicode's private use area, which no template has.
_MARK: Final = re.compile("\ue000([0-9]{1,6})\ue001")
_SUBSTITUTION: Final = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_ESCAPE: Final = re.compile(r"\\.")
_DEEPEST: Final = 100


class JsonText:
    """Reads it, and gives open parts back where they stood.

    Args:
        source: The string or the object.
        substitutions: Values of `${Name}` in its strings (`DefinitionSubstitutions`).

    Attributes:
        value: What was read, to look around in; `restore` makes real values of its parts. None when it is not JSON.
    """

    def __init__(self, source: Value, substitutions: Mapping[str, Value] | None = None) -> None:
        self._substitutions = substitutions or {}
        self._open: list[Unknown | Reference | Text] = []
        self.value: object = source if isinstance(source, dict) else self._read(source)
        self._is_object = isinstance(source, dict)

    def _read(self, source: Value) -> object:
        written: list[str] = []
        inside = False
        for part in self._parts(source):
            if isinstance(part, str):
                written.append(part)
                inside ^= _ESCAPE.sub("", part).count('"') % 2 == 1
            else:
                mark = self._mark(part)
                written.append(mark if inside else f'"{mark}"')
        try:
            return json.loads("".join(written))
        except (ValueError, RecursionError):
            return None

    def _parts(self, source: Value) -> list[str | Unknown | Reference]:
        substituted = self._substitute(source)
        if isinstance(substituted, Text):
            return list(substituted.parts)
        return [substituted] if isinstance(substituted, str) else []

    def _substitute(self, source: Value) -> Value:
        if not self._substitutions:
            return source
        pieces: list[Value] = []
        for part in source.parts if isinstance(source, Text) else (source,):
            if not isinstance(part, str):
                pieces.append(part)
                continue
            # An odd number of pieces: text, name, text, name, ..., text.
            for position, piece in enumerate(_SUBSTITUTION.split(part)):
                pieces.append(self._substitutions.get(piece, f"${{{piece}}}") if position % 2 else piece)
        return joined(pieces)

    def _mark(self, part: Unknown | Reference | Text) -> str:
        self._open.append(part)
        return f"\ue000{len(self._open) - 1}\ue001"

    def restore(self, value: object, depth: int = 0) -> Value:
        """Give a value of the JSON its open parts back."""
        if isinstance(value, str):
            return self._substitute(value) if self._is_object else self._restore_string(value)
        if isinstance(value, Unknown | Reference | Text):
            return self._substitute(value)
        if depth > _DEEPEST:
            return Unknown("nested too deeply")
        if isinstance(value, dict):
            return {str(key): self.restore(each, depth + 1) for key, each in value.items()}
        if isinstance(value, list):
            return [self.restore(each, depth + 1) for each in value]
        return scalar(value) if value is None or isinstance(value, bool | int | float) else Unknown("an open value")

    def _restore_string(self, value: str) -> Value:
        if "\ue000" not in value:
            return literal(value)
        pieces: list[Value] = []
        for position, piece in enumerate(_MARK.split(value)):
            if position % 2 == 0:
                pieces.append(piece)
            else:
                known = int(piece) < len(self._open)
                pieces.append(self._open[int(piece)] if known else f"\ue000{piece}\ue001")
        return joined(pieces)
