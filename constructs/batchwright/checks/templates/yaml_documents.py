"""YAML with CloudFormation's short forms (`!Ref`, `!Sub`, ...), read into what the JSON form would be."""

from __future__ import annotations

import re
from typing import Final

import yaml  # type: ignore[import-untyped]

from batchwright.checks.errors import InputError

_PREFIX: Final = "tag:yaml.org,2002:"
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,300})")
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_DEEPEST: Final = 150


def parse_yaml(text: str, *, name: str) -> object:
    """Read a YAML template; the first document of several.

    Raises:
        InputError: With line and column where it breaks.
    """
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        try:
            return _Reader(loader, name).read()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise InputError(where, f"not YAML: {error.problem or error.context}", "Is the file cut off?") from error
    except yaml.YAMLError as error:
        raise InputError(name, f"not YAML: {error}", "Give a JSON or YAML template.") from error


class _Reader:
    """Turns YAML's events into values; dates, octal and base-60 numbers stay the text that was written.

    From events, as PyYAML's own composer has no bound to its depth. An anchor's value is shared, not copied.
    """

    def __init__(self, loader: yaml.SafeLoader, name: str) -> None:
        self._loader = loader
        self._name = name
        self._anchors: dict[str, object] = {}

    def read(self) -> object:
        self._loader.get_event()
        if self._loader.check_event(yaml.StreamEndEvent):
            return None
        self._loader.get_event()
        return self._value(0)

    def _value(self, depth: int) -> object:
        if depth > _DEEPEST:
            raise InputError(self._name, f"it nests deeper than {_DEEPEST} levels", "Write it flatter.")
        event = self._loader.get_event()
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                line = event.start_mark.line + 1
                raise InputError(f"{self._name}:{line}", f"no anchor &{event.anchor} before", "Check the alias.")
            return self._anchors[event.anchor]
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(depth)
        else:
            value = self._mapping(depth)
        if event.tag and event.tag.startswith("!") and event.tag != "!":
            value = _tagged(event.tag, value)
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _sequence(self, depth: int) -> list[object]:
        found: list[object] = []
        while not self._loader.check_event(yaml.SequenceEndEvent):
            found.append(self._value(depth + 1))
        self._loader.get_event()
        return found

    def _mapping(self, depth: int) -> dict[str, object]:
        merged: dict[str, object] = {}
        found: dict[str, object] = {}
        while not self._loader.check_event(yaml.MappingEndEvent):
            key = self._loader.peek_event()
            self._value(depth + 1)
            value = self._value(depth + 1)
            # The key as written: an account id, `on` or a date is a name here.
            name = key.value if isinstance(key, yaml.ScalarEvent) else "?"
            if name == "<<" and key.implicit[0]:
                for other in value if isinstance(value, list) else [value]:
                    merged = {**(other if isinstance(other, dict) else {}), **merged}
            else:
                found[name] = value
        self._loader.get_event()
        return {**merged, **found}

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        written: str = event.value
        tag = event.tag if event.tag not in {None, "!"} else self._resolved(event)
        kind = tag.removeprefix(_PREFIX)
        if kind == "null":
            return None
        if kind == "bool":
            return written.lower() in {"true", "yes", "on"}
        if kind == "int" and _INTEGER.fullmatch(written):
            return int(written)
        if kind == "float" and _FLOAT.fullmatch(written):
            return float(written)
        return written

    def _resolved(self, event: yaml.ScalarEvent) -> str:
        return str(self._loader.resolve(yaml.ScalarNode, event.value, event.implicit))


def _tagged(tag: str, value: object) -> object:
    name = tag.removeprefix("!")
    if name in {"Ref", "Condition"}:
        return {name: value}
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{name}": value}
