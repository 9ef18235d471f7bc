"""Arguments of a wrong kind, which Python would take or would only complain of from deep inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def kind_problems(field: str, value: object, wanted: type | tuple[type, ...], *, fix: str) -> Sequence[Problem]:
    """Find a value of another class than is meant; None is taken as left out."""
    if value is None or isinstance(value, wanted):
        return []
    kinds = wanted if isinstance(wanted, tuple) else (wanted,)
    return [Problem(field, value, " or ".join(f"a {kind.__name__}" for kind in kinds), fix)]


def text_list_problems(field: str, value: object, *, fix: str) -> Sequence[Problem]:
    """Find one text where a list of texts is meant: each of its characters would count as one."""
    if not isinstance(value, str):
        return []
    return [Problem(field, value, "a list of texts", fix)]


def choice_problems(field: str, values: Sequence[str], choices: Sequence[str], *, fix: str) -> Sequence[Problem]:
    """Find a list of texts that is empty, holds what is no choice, or is one text instead of a list."""
    if isinstance(values, str):
        return text_list_problems(field, values, fix=f"Use [{values!r}].")
    wrong = [value for value in values if value not in choices]
    if values and not wrong:
        return []
    return [Problem(field, wrong or list(values), f"one or more of {', '.join(choices)}", fix)]


def text_values_problems(field: str, values: Mapping[str, object]) -> Sequence[Problem]:
    """Find values of a mapping that are no text."""
    return [
        Problem(f"{field}[{name!r}]", value, "text", f"Use {str(value)!r}.")
        for name, value in values.items()
        if not isinstance(value, str)
    ]
