"""What kind of thing an argument is, whatever its annotation says: users need not have a type checker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batchwright.model.arguments import like_problems
from batchwright.model.problems import Problem


def is_text(value: object) -> bool:
    """Whether it is a text."""
    return isinstance(value, str)


def is_mapping(value: object) -> bool:
    """Whether it maps keys to values."""
    return isinstance(value, Mapping)


def is_list(value: object) -> bool:
    """Whether it is a list or tuple, and no text."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def is_a(value: object, wanted: type) -> bool:
    """Whether it is an instance of a class, or has what a protocol asks for; a class itself has not."""
    return isinstance(value, wanted) and not isinstance(value, type)


def missing_problems(**values: object) -> Sequence[Problem]:
    """Find None where a number is due, by name."""
    return [
        Problem(name, value, "a number", "Leave it out for the default, or name one.")
        for name, value in values.items()
        if value is None
    ]


def text_problems(field: str, value: object, *, example: str) -> Sequence[Problem]:
    """Find what is no text; None is left out."""
    return [] if value is None or isinstance(value, str) else [Problem(field, value, "text", f"Use {example!r}.")]


def key_problems(field: str, value: object) -> Sequence[Problem]:
    """Find what is no KMS key; None is left out."""
    fix = "Pass the key itself, or kms.Key.from_key_arn(...)."
    return like_problems(field, value, "key_arn", kind="a kms.IKey", fix=fix)
