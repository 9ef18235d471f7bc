"""Arguments of `SubmitJob`, as each service writes them, in one form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.checks.templates import Unknown

if TYPE_CHECKING:
    from batchwright.checks.templates import Value

# Strings that a service replaces when it submits.
JSONATA: Final = re.compile(r"\{%.*%\}", re.DOTALL)
PIPE_PATH: Final = re.compile(r"<?\$[.\[].*", re.DOTALL)
SCHEDULER_CONTEXT: Final = re.compile(r".*<aws\.scheduler\..*", re.DOTALL)
# What a user names: the names are not Batch's.
_FREE: Final = frozenset({"Parameters", "Tags"})


def arguments(value: Value, replaced: re.Pattern[str]) -> dict[str, Value]:
    """Read arguments with names as in `SubmitJob`, upper-case first; what a run decides is `Unknown`.

    Args:
        value: The object that the service takes.
        replaced: Which strings the service replaces when it submits.
    """
    return _object(value, replaced, free=False) if isinstance(value, dict) else {}


def _object(value: dict[str, Value], replaced: re.Pattern[str], *, free: bool) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for written, each in value.items():
        name = written if free else written[:1].upper() + written[1:]
        if name.endswith(".$"):
            found[name.removesuffix(".$")] = Unknown("a path in the input")
        else:
            found[name] = _value(each, replaced, free=free or name in _FREE)
    return found


def _value(value: Value, replaced: re.Pattern[str], *, free: bool) -> Value:
    if isinstance(value, dict):
        return _object(value, replaced, free=free)
    if isinstance(value, list):
        return [_value(each, replaced, free=free) for each in value]
    if isinstance(value, str) and replaced.fullmatch(value):
        return Unknown("decided when the job is submitted")
    return value
