"""Rules that a user names: ids, or the beginning of ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batchwright.checks import Rule

_FORM: Final = re.compile(r"BW\d{0,3}")


class UnknownRuleError(ValueError):
    """A name that no rule has, told in one line."""


def chosen_ids(option: str, names: Iterable[str], rules: Sequence[Rule]) -> tuple[str, ...]:
    """Spell out the ids that the values of an option stand for.

    Args:
        option: The option's name, for the message.
        names: Its values: ids or beginnings of ids (`BW3` for all of job definitions), several with commas between.
        rules: All rules.

    Raises:
        UnknownRuleError: a name stands for no rule.
    """
    found: dict[str, None] = {}
    for name in (part.strip().upper() for value in names for part in value.split(",")):
        if not name:
            continue
        ids = [rule.id for rule in rules if rule.id.startswith(name)] if _FORM.fullmatch(name) else []
        if not ids:
            message = f"{option}: no rule {name}; `batchwright rules` lists them, and BW3 stands for BW301, BW302, ..."
            raise UnknownRuleError(message)
        found.update(dict.fromkeys(ids))
    return tuple(found)


def rule_named(name: str, rules: Sequence[Rule]) -> Rule:
    """Find one rule by its whole id, in capitals or not.

    Raises:
        UnknownRuleError: there is none.
    """
    for rule in rules:
        if rule.id == name.strip().upper():
            return rule
    message = f"no rule {name}; `batchwright rules` lists them"
    raise UnknownRuleError(message)
