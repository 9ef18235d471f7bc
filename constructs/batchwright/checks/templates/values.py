"""Values of a template after what it fixes has been worked out.

A value is what JSON has (None, bool, int, float, str, list, dict) or one of three kinds for what a template leaves
open. Rules judge only what is plain: the readers below give None for everything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, TypeGuard

if TYPE_CHECKING:
    from batchwright.checks.templates.resource import Resource

_NUMBER: Final = re.compile(r"\s*[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?\s*")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is known only at deployment: a parameter without default, an import, a look-up."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reference:
    """`Ref` or `Fn::GetAtt` of a resource of the same application.

    Attributes:
        resource: The resource.
        attribute: The attribute's name; empty for `Ref`.
        piece: Whether only a piece of that text is meant (`Fn::Select` of `Fn::Split`), such as the name in an ARN.
    """

    resource: Resource
    attribute: str = ""
    piece: bool = False


@dataclass(frozen=True, slots=True)
class Encoded(Unknown):
    """`Fn::Base64` of a string that is open, at least in part.

    Attributes:
        content: The string.
    """

    content: Unknown | Reference | Text


@dataclass(frozen=True, slots=True)
class Text:
    """A string of which only some parts are known (`Fn::Join`, `Fn::Sub`), in their order; no two plain parts touch."""

    parts: tuple[str | Unknown | Reference, ...]


Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | Unknown | Reference | Text | None"


class Absent:
    """What a property that is not there is: neither a value nor unknown."""


ABSENT = Absent()


def is_open(value: object) -> TypeGuard[Unknown | Reference | Text]:
    """Whether the value is known only at deployment."""
    return isinstance(value, Unknown | Reference | Text)


def scalar(value: bool | float | None) -> Value:
    """Take a value of JSON over; a number that no computer can use is unknown."""
    usable = value is None or isinstance(value, bool) or abs(value) < 1e300
    return value if usable else Unknown("a number beyond all bounds")


def number(value: object) -> float | None:
    """Read a number; CloudFormation takes its text too. None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e300 else None
    if isinstance(value, str):
        return float(value) if len(value) < 50 and _NUMBER.fullmatch(value) else None
    return None


def text(value: object) -> str | None:
    """Read a string; a number or boolean counts as its text, as in CloudFormation. None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        # Beyond that, Python refuses to write an integer out.
        return (str(int(value)) if value == int(value) else repr(value)) if abs(value) < 1e300 else None
    return None


def flag(value: object) -> bool | None:
    """Read a boolean, or its text. None for anything else."""
    if isinstance(value, bool):
        return value
    known = {"true": True, "false": False}
    return known.get(value.lower()) if isinstance(value, str) else None


def items(value: object) -> list[Value]:
    """Read a list; the empty one for anything else. An item may itself be open."""
    return value if isinstance(value, list) else []


def fields(value: object) -> dict[str, Value]:
    """Read an object; the empty one for anything else. A field may itself be open."""
    return value if isinstance(value, dict) else {}
