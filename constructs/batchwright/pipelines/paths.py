"""One rule for every value that a step takes: text that starts like a JSONPath is one, everything else is literal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from batchwright.model import Problem
from batchwright.model.problems import quoted, shown

_FIELD: Final = r"(?:\.[A-Za-z_][A-Za-z0-9_-]*|\[\d+\]|\['[^'\\]+'\])"
_MANY: Final = r"(?:\.\*|\[\*\]|\[-\d+\]|\[-?\d*:-?\d*\]|\.\.[A-Za-z_][A-Za-z0-9_-]*)"
_REFERENCE: Final = re.compile(rf"\$\$?{_FIELD}*\Z")
_PATH: Final = re.compile(rf"\$\$?(?:{_FIELD}|{_MANY})*\Z")
_LOOKS_LIKE_A_PATH: Final = re.compile(r"\$\$?(?:[.\[]|\Z)")

# An intrinsic function may hold ten others at most.
# Source: https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
MAX_NESTED_INTRINSICS: Final = 10


def is_path(value: object) -> bool:
    """Whether a value is a JSONPath: text that starts with `$.`, `$[`, `$$.` or `$$[`, or is `$` or `$$`."""
    return isinstance(value, str) and _LOOKS_LIKE_A_PATH.match(value) is not None


def path_problems(field: str, value: str, *, single: bool) -> list[Problem]:
    """Find what is wrong with a path; with `single` it must name exactly one place."""
    if (_REFERENCE if single else _PATH).match(value):
        return []
    allowed = "a JSONPath to one place, such as $.size, $.items[0] or $$.Execution.Name"
    if not single:
        allowed = f"{allowed}, or to several, such as $.items[*].key"
    return [Problem(field, value, allowed, "Correct the path; a name with other characters is written $['my name'].")]


def state_path_problems(field: str, value: object) -> list[Problem]:
    """Find what is wrong with a place in the state to which a step writes (`ResultPath`)."""
    if not isinstance(value, str) or value.startswith("$$") or not _REFERENCE.match(value):
        allowed = "$ (replace the state), or a path to one place below it, such as $.embed"
        return [Problem(field, value, allowed, "Name a place in the state; the context object ($$) is read-only.")]
    return []


def text(value: str) -> str:
    """Write a path so that a number or a boolean found there becomes text, as Batch wants it."""
    return f"States.Format('{{}}', {value})"


def format_template(value: str) -> str:
    r"""Write text as a literal part of a `States.Format` template: `\`, `'` and braces are escaped."""
    return re.sub(r"([\\'{}])", r"\\\1", value)


def literal(value: str) -> str:
    """Write text as an argument of an intrinsic function."""
    escaped = format_template(value)
    # Only States.Format takes escapes off everywhere.
    return f"'{value}'" if escaped == value else f"States.Format('{escaped}')"


def array(arguments: Sequence[str]) -> str:
    """Write a list that holds values of the state."""
    return f"States.Array({', '.join(arguments)})"


def array_problems(field: str, arguments: Sequence[str]) -> list[Problem]:
    """Find out whether a list takes more functions than Step Functions allows; the list is one itself."""
    functions = 1 + sum(argument.startswith("States.") for argument in arguments)
    if functions <= MAX_NESTED_INTRINSICS:
        return []
    allowed = f"{MAX_NESTED_INTRINSICS - 1} paths, and texts with a quote, brace or backslash, beside at least one path"
    return [Problem(field, f"{functions - 1} of them", allowed, "Pass some under a name of their own.")]


def template(values: Mapping[str, object]) -> dict[str, Any]:
    """Render values to a payload template: paths get a key that ends in `.$`, to any depth.

    A key that already ends in `.$` is taken as it is, for intrinsic functions (`{"id.$": "States.UUID()"}`).
    """
    return dict(_entry(key, value) for key, value in values.items())


def template_problems(field: str, values: object) -> list[Problem]:
    """Find what cannot be rendered in a payload: malformed paths, values that are not JSON."""
    if not isinstance(values, Mapping):
        return [Problem(field, values, "a mapping of names to values", 'Use {"key": "$.key"}.')]
    found: list[Problem] = []
    for key, value in values.items():
        if isinstance(key, str):
            found += _value_problems(f"{field}[{key!r}]", value, intrinsic=key.endswith(".$"))
        else:
            found.append(Problem(f"{field}[{shown(key)}]", key, "text as a name", f"Use {quoted(key)}."))
    return found


def _entry(key: str, value: object) -> tuple[str, Any]:
    if key.endswith(".$"):
        return key, value
    if is_path(value):
        return f"{key}.$", value
    if _has_paths(value):
        return f"{key}.$", array([_argument(item) for item in _items(value)])
    return key, _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return template(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _has_paths(value: object) -> bool:
    return any(is_path(item) for item in _items(value))


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _argument(value: object) -> str:
    if isinstance(value, str):
        return value if is_path(value) else literal(value)
    # Numbers, true, false and null stand in an intrinsic function as they do in JSON.
    return json.dumps(value)


def _value_problems(field: str, value: object, *, intrinsic: bool = False) -> list[Problem]:
    if intrinsic:
        ok = isinstance(value, str) and (value.startswith("States.") or is_path(value))
        allowed = "a path or an intrinsic function, as the key ends in .$"
        return [] if ok else [Problem(field, value, allowed, "Take the .$ off the key for a literal value.")]
    if isinstance(value, str):
        return path_problems(field, value, single=False) if is_path(value) else []
    if value is None or isinstance(value, bool | int | float):
        return []
    if isinstance(value, Mapping):
        return template_problems(field, value)
    if isinstance(value, Sequence):
        return _list_problems(field, value)
    return [Problem(field, value, "text, a number, true, false, None, a list or a mapping", "Convert it to one.")]


def _list_problems(field: str, value: Sequence[object]) -> list[Problem]:
    found = [problem for n, item in enumerate(value) for problem in _value_problems(f"{field}[{n}]", item)]
    nested = any(isinstance(item, Mapping) or _items(item) for item in value)
    if nested and _has_paths(value):
        fix = "Give the path a name: put it into a mapping instead of a list."
        found.append(Problem(field, value, "a list with paths beside plain values only", fix))
    elif _has_paths(value):
        found += array_problems(field, [_argument(item) for item in value])
    return found
