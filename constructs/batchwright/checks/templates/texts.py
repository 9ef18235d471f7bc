"""Strings of which only parts are known: joined, split and taken apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.checks.templates.values import Reference, Text, Unknown, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchwright.checks.templates.values import Value

# Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
_DYNAMIC: Final = re.compile(r"(\{\{resolve:[^{}]*\}\})")
# More than a template may have in all; strings made of strings double with each step.
_LONGEST: Final = 5_000_000
_MOST_PARTS: Final = 100_000
# Ids and names of resources have none of these, so that a list of them joined with one can be taken apart again.
_SAFE_DELIMITERS: Final = frozenset({",", ";", "|", "||", " "})


def literal(value: str) -> Value:
    """Read a string as written: its dynamic references (`{{resolve:ssm:...}}`) are open."""
    if not value.isascii():
        # Half of a character, which JSON can write and nothing can print.
        value = value.encode(errors="replace").decode()
    if "{{resolve:" not in value:
        return value
    pieces = _DYNAMIC.split(value)
    return joined(Unknown("a dynamic reference") if piece.startswith("{{resolve:") else piece for piece in pieces)


def joined(values: Iterable[Value]) -> Value:
    """Put values together to one string; plain when all of them are, and the value itself when it is the only one."""
    parts: list[str | Unknown | Reference] = []
    plain: list[str] = []
    length = 0
    for value in values:
        for part in _parts(value):
            if isinstance(part, str):
                plain.append(part)
                length += len(part)
            else:
                parts += ["".join(plain), part]
                plain = []
        if length > _LONGEST or len(parts) > _MOST_PARTS:
            return Unknown("a string beyond all bounds")
    kept = tuple(part for part in (*parts, "".join(plain)) if part != "")
    if len(kept) > 1:
        return Text(kept)
    return kept[0] if kept else ""


def _parts(value: Value) -> tuple[str | Unknown | Reference, ...]:
    if isinstance(value, Text):
        return value.parts
    if isinstance(value, Unknown | Reference):
        return (value,)
    plain = text(value)
    return (Unknown("not a string"),) if plain is None else (plain,)


def split(delimiter: str, source: Value) -> Value:
    """Split a string; of an open one only where its open parts cannot hold the delimiter."""
    plain = text(source)
    if plain is not None:
        return list(plain.split(delimiter)) if delimiter else [plain]
    parts = _parts(source)
    if delimiter in _SAFE_DELIMITERS and all(isinstance(part, str) or _is_one_word(part) for part in parts):
        return _split_parts(delimiter, parts)
    return Unknown("a piece of an open string")


def _is_one_word(part: Unknown | Reference) -> bool:
    """Whether it is surely an id, a name or an ARN: not a parameter, nor what a custom resource answers."""
    if isinstance(part, Unknown):
        return False
    own = part.resource.type.startswith(("Custom::", "AWS::CloudFormation::"))
    return not own and not part.piece and not part.attribute.endswith("s")


def _split_parts(delimiter: str, parts: Iterable[str | Unknown | Reference]) -> Value:
    pieces: list[list[Value]] = [[]]
    for part in parts:
        if not isinstance(part, str):
            pieces[-1].append(part)
            continue
        first, *others = part.split(delimiter)
        pieces[-1].append(first)
        pieces.extend([other] for other in others)
    return [joined(piece) for piece in pieces]


def only_reference(source: Value) -> Reference | None:
    """The one resource that a string is made from; None when there is none, or several."""
    if isinstance(source, Reference):
        return source
    if not isinstance(source, Text):
        return None
    found = [part for part in source.parts if isinstance(part, Reference)]
    return found[0] if len(found) == 1 else None
