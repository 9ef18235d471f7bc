"""The text of a state machine's definition, and what CloudFormation fills into it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.pipelines.step import State

# How the CDK writes a value that is known only at deployment: inside text, and as a number.
_TOKEN: Final = re.compile(r"\$\{Token\[[^\]]*\]\}")
_TOKEN_NUMBERS_BELOW: Final = -1e280
_NUMBER: Final = "number:"
_LITERAL_DOLLAR: Final = "\ue000"


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition as it stands in the template.

    Attributes:
        text: Amazon States Language; a value that is known only at deployment stands there as `${Name}`.
        substitutions: The values by their names (`DefinitionSubstitutions`).
    """

    text: str
    substitutions: Mapping[str, str]


def to_definition(machine: State, *, known: Mapping[str, str]) -> Definition:
    """Turn a rendered state machine into text.

    Values that are known only at deployment become named substitutions, so that the text in the template stays one
    readable string, the same in every account.

    Args:
        machine: The state machine as dictionaries and lists; its keys keep their order.
        known: Names for some values, such as the partition.
    """
    return _Writer(known).write(machine)


class _Writer:
    def __init__(self, known: Mapping[str, str]) -> None:
        self._names = {token: name for name, token in known.items() if _TOKEN.fullmatch(token)}
        self._used: dict[str, str] = {}

    def write(self, machine: State) -> Definition:
        text = json.dumps(self._walk(machine, _Place()), separators=(",", ":"), ensure_ascii=False)
        text = re.sub(rf'"\$\{{{_NUMBER}(\w+)\}}"', r"${\1}", text)
        # A dollar and brace that the user wrote must not look like a substitution; JSON has another way to write them.
        return Definition(text.replace(_LITERAL_DOLLAR, "\\u0024"), self._used)

    def _walk(self, value: object, place: _Place) -> Any:  # noqa: ANN401 whatever JSON holds
        if isinstance(value, str):
            return self._text(value, place)
        if isinstance(value, dict):
            return {self._text(key, place.at(key)): self._walk(item, place.at(key)) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._walk(item, place) for item in value]
        if isinstance(value, int | float) and value < _TOKEN_NUMBERS_BELOW:
            return f"${{{_NUMBER}{self._name(cdk.Token.as_string(value), place)}}}"
        return value

    def _text(self, value: str, place: _Place) -> str:
        literals = [part.replace("${", f"{_LITERAL_DOLLAR}{{") for part in _TOKEN.split(value)]
        names = [f"${{{self._name(token, place)}}}" for token in _TOKEN.findall(value)]
        return "".join(part for pair in zip(literals, [*names, ""], strict=True) for part in pair)

    def _name(self, token: str, place: _Place) -> str:
        name = self._names.get(token)
        if name is None:
            name = self._unused_name(place)
            self._names[token] = name
        self._used[name] = token
        return name

    def _unused_name(self, place: _Place) -> str:
        stem = re.sub(r"[^A-Za-z0-9]", "", place.state + place.field.removesuffix(".$")) or "Value"
        name, number = stem, 2
        while name in self._names.values():
            name, number = f"{stem}{number}", number + 1
        return name


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands, to name its substitution: `JobQueue` of the state `Embed` gives `EmbedJobQueue`."""

    state: str = ""
    field: str = ""

    def at(self, key: str) -> _Place:
        return _Place(key if self.field == "States" else self.state, key)
