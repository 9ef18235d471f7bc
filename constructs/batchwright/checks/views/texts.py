"""Strings that are known in part."""

from __future__ import annotations

from batchwright.checks.templates import Text, Unknown, text

OPEN = "?"
"""What stands for an open part."""


def flattened(value: object) -> str:
    """Read a string with `?` for each of its open parts; empty when it is open as a whole, or no string."""
    plain = text(value)
    if plain is None and isinstance(value, Text):
        return "".join(part if isinstance(part, str) else OPEN for part in value.parts)
    return plain or ""


def may_be_absent(value: object) -> bool:
    """Whether a condition decides about a value, and may leave it out."""
    return isinstance(value, Unknown) and value.reason.startswith("condition ")
