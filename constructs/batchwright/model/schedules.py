"""When something is done: expressions of EventBridge Scheduler."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
_EXPRESSION: Final = re.compile(r"(?P<kind>cron|rate|at)\((?P<body>[^()]*)\)")
_RATE: Final = re.compile(r"(?P<value>[1-9][0-9]*) (?:minutes?|hours?|days?)")
_AT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS: Final = (
    ("minutes", 0, 59, ()),
    ("hours", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of week", 1, 7, _DAYS),
    ("year", 1970, 2199, ()),
)
_DAY_OF_MONTH: Final = re.compile(r"L|LW|L-[0-9]{1,2}|[0-9]{1,2}W")
_DAY_OF_WEEK: Final = re.compile(r"L|[1-7]L|(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5]")
_EXAMPLES: Final = "cron(0 8 ? * MON-FRI *), rate(6 hours) or at(2030-01-31T08:00:00)"


def schedule_problems(expression: str, *, field: str) -> Sequence[Problem]:
    """Find what is wrong with a schedule's expression."""
    fault = _fault(expression)
    if fault is None:
        return []
    return [Problem(field, expression, f"an expression such as {_EXAMPLES}", f"Correct it: {fault}.")]


def _fault(expression: str) -> str | None:
    parts = _EXPRESSION.fullmatch(expression)
    if parts is None:
        return "it is none of cron(...), rate(...) and at(...)"
    body = parts["body"]
    if parts["kind"] == "rate":
        return None if _RATE.fullmatch(body) else "a rate is a whole number and minutes, hours or days"
    if parts["kind"] == "at":
        return _at_fault(body)
    return _cron_fault(body.split())


def _at_fault(moment: str) -> str | None:
    fault = "a moment is yyyy-mm-ddThh:mm:ss, without a time zone"
    if not _AT.fullmatch(moment):
        return fault
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return fault
    return None


def _cron_fault(fields: Sequence[str]) -> str | None:
    if len(fields) != len(_FIELDS):
        return f"cron has six fields (minutes hours day-of-month month day-of-week year), not {len(fields)}"
    for text, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        if not all(_is_item(item, name, low, high, names) for item in text.split(",")):
            return f"{text!r} is no {name}"
    if (fields[2] == "?") is (fields[4] == "?"):
        return "exactly one of day of month and day of week is ?"
    return None


def _is_item(item: str, name: str, low: int, high: int, names: Sequence[str]) -> bool:
    """Whether a part of a field says something: `*`, `5`, `1-5`, `*/10`, `MON-FRI`, or what its field alone knows."""
    if name == "day of month" and (item == "?" or _DAY_OF_MONTH.fullmatch(item)):
        return True
    if name == "day of week" and (item == "?" or _DAY_OF_WEEK.fullmatch(item)):
        return True
    base, slash, step = item.partition("/")
    if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
        return False
    if base == "*":
        return True
    first, dash, last = base.partition("-")
    return _is_value(first, low, high, names) and (not dash or _is_value(last, low, high, names))


def _is_value(text: str, low: int, high: int, names: Sequence[str]) -> bool:
    return text in names or (text.isascii() and text.isdigit() and low <= int(text) <= high)
