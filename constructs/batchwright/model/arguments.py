"""Arguments of a wrong kind, which Python would take or would only complain of from deep inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from batchwright.model.problems import Problem, quoted, shown

if TYPE_CHECKING:
    from enum import StrEnum


def kind_problems(field: str, value: object, wanted: type | tuple[type, ...], *, fix: str) -> Sequence[Problem]:
    """Find a value of another class than is meant; None is taken as left out."""
    if value is None or isinstance(value, wanted):
        return []
    kinds = wanted if isinstance(wanted, tuple) else (wanted,)
    return [Problem(field, value, " or ".join(map(_one, kinds)), fix)]


def required_problems(field: str, value: object, wanted: type, *, fix: str) -> Sequence[Problem]:
    """Find a value of another class than is meant, None among them."""
    return [] if isinstance(value, wanted) else [Problem(field, value, _one(wanted), fix)]


def number_problems(field: str, value: object, *, fix: str) -> Sequence[Problem]:
    """Find what is no number; True and False are none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return []
    return [Problem(field, value, "a number", fix)]


def flag_problems(field: str, value: object) -> Sequence[Problem]:
    """Find what is neither True nor False: any text counts as true to Python, `"no"` among them."""
    return [] if isinstance(value, bool) else [Problem(field, value, "True or False", "Use one of them.")]


def flags_problems(**flags: object) -> Sequence[Problem]:
    """Find what is neither True nor False, by name."""
    return [problem for field, value in flags.items() for problem in flag_problems(field, value)]


def option_problems(field: str, value: object, options: type[StrEnum]) -> Sequence[Problem]:
    """Find what is none of an enumeration's members."""
    if value in tuple(options):
        return []
    names = [f"{options.__name__}.{option.name}" for option in options]
    return [Problem(field, value, " or ".join(names), f"Use {names[0]}.")]


def is_like(value: object, attribute: str) -> bool:
    """Whether a value has the attribute that all of its kind have, such as the CDK's objects of an interface."""
    # Asking the class first: asking an object of the CDK would read the value from its kernel.
    return not isinstance(value, type) and (hasattr(type(value), attribute) or hasattr(value, attribute))


def like_problems(
    field: str, value: object, attribute: str, *, kind: str, fix: str, required: bool = False
) -> Sequence[Problem]:
    """Find a value without the attribute that all of its kind have; None is taken as left out unless required."""
    if (value is None and not required) or is_like(value, attribute):
        return []
    return [Problem(field, value, kind, fix)]


def like_item_problems(
    field: str, values: object, attribute: str, *, kind: str, fix: str, least: int = 0
) -> Sequence[Problem]:
    """Find what is no list, one of too few, and items without the attribute that all of their kind have."""
    if not isinstance(values, Sequence) or isinstance(values, str | bytes) or len(values) < least:
        return [Problem(field, values, f"a list, each {kind}", fix)]
    return [
        Problem(f"{field}[{number}]", value, kind, fix)
        for number, value in enumerate(values)
        if not is_like(value, attribute)
    ]


def item_problems(field: str, values: object, wanted: type, *, fix: str) -> Sequence[Problem]:
    """Find what is no list, or holds something of another class than is meant."""
    if not isinstance(values, list | tuple):
        return [Problem(field, values, f"a list of {wanted.__name__}", fix)]
    return [
        Problem(f"{field}[{number}]", value, _one(wanted), fix)
        for number, value in enumerate(values)
        if not isinstance(value, wanted)
    ]


def mapping_problems(field: str, values: object, wanted: type, *, fix: str) -> Sequence[Problem]:
    """Find what is no mapping of texts to values of a class."""
    if not isinstance(values, Mapping):
        return [Problem(field, values, f"a mapping of names to {wanted.__name__}", fix)]
    return [
        Problem(f"{field}[{shown(name)}]", value, f"{_one(wanted)} under a text", fix)
        for name, value in values.items()
        if not (isinstance(name, str) and isinstance(value, wanted))
    ]


def text_list_problems(field: str, value: object, *, fix: str) -> Sequence[Problem]:
    """Find one text where a list of texts is meant: each of its characters would count as one."""
    if not isinstance(value, str):
        return []
    return [Problem(field, value, "a list of texts", fix)]


def texts_problems(field: str, value: object, *, fix: str) -> Sequence[Problem]:
    """Find what is no list, one text instead of a list, and items of a list that are no text."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return [Problem(field, value, "a list of texts", fix)]
    return [
        Problem(f"{field}[{number}]", item, "text", f"Use {quoted(item)}.")
        for number, item in enumerate(value)
        if not isinstance(item, str)
    ]


def choice_problems(field: str, values: Sequence[str], choices: Sequence[str], *, fix: str) -> Sequence[Problem]:
    """Find a list of texts that is empty, holds what is no choice, or is one text instead of a list."""
    if isinstance(values, str):
        return text_list_problems(field, values, fix=f"Use [{values!r}].")
    wrong = [value for value in values if value not in choices]
    if values and not wrong:
        return []
    return [Problem(field, wrong or list(values), f"one or more of {', '.join(choices)}", fix)]


def text_values_problems(field: str, values: object) -> Sequence[Problem]:
    """Find what is no mapping, and values of one that are no text."""
    if not isinstance(values, Mapping):
        return [Problem(field, values, "a mapping of names to texts", 'Use {"NAME": "value"}.')]
    allowed = "text under a name that is text"
    return [
        Problem(f"{field}[{shown(name)}]", value, allowed, f"Use {quoted(name)}: {quoted(value)}.")
        for name, value in values.items()
        if not (isinstance(value, str) and isinstance(name, str))
    ]


def _one(kind: type) -> str:
    """Name one object of a class: groups of settings have plural names, which take no article."""
    name = kind.__name__
    if name.endswith("s"):
        return name
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"
