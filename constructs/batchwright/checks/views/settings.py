"""Whether a template sets a property, and to which constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.checks.templates import ABSENT, Unknown

if TYPE_CHECKING:
    from batchwright.checks.templates import Absent, Value


def is_set(value: Value | Absent) -> bool | None:
    """Whether a property has a value for sure; nothing, and what is empty, counts as not set.

    Returns:
        None when it is open: an `Fn::If` with an open condition may leave the property out.
    """
    if value is ABSENT or value is None or value in ("", [], {}):
        return False
    if isinstance(value, Unknown):
        return None
    parts = value if isinstance(value, list) else value.values() if isinstance(value, dict) else None
    return None if parts and all(isinstance(part, Unknown) for part in parts) else True


def count(value: Value | Absent) -> int | None:
    """How many items a list has; 0 when it is not set, None when it is open or one of its items may be left out."""
    if value is ABSENT or value is None:
        return 0
    if not isinstance(value, list) or any(isinstance(item, Unknown) for item in value):
        return None
    return len(value)


def constant(value: Value | Absent, *, absent: str | None = None) -> str | None:
    """Read a constant in upper case, as AWS takes most in any; None when it is open or no text.

    Args:
        value: The property.
        absent: What to give when it is not set.
    """
    if value is ABSENT or value is None:
        return absent
    return value.upper() if isinstance(value, str) else None


def shown(value: Value | Absent) -> object:
    """A value as a message shows it: itself when it is plain, else a word for it."""
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return value
    return "set"
