"""Conditions, with a third answer for those that only a deployment can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.checks.templates.values import text

if TYPE_CHECKING:
    from batchwright.checks.templates.scope import Scope


def judge(scope: Scope, raw: object, depth: int = 0) -> bool | None:
    """Work out a condition function; None when it is open, or not a condition."""
    if not isinstance(raw, dict) or len(raw) != 1 or depth > 50:
        return None
    name, argument = next(iter(raw.items()))
    if name == "Condition":
        return scope.condition(argument) if isinstance(argument, str) else None
    if not isinstance(argument, list):
        return None
    if name == "Fn::Equals":
        return _equal(scope, argument)
    judged = [judge(scope, each, depth + 1) for each in argument]
    if name == "Fn::Not" and len(judged) == 1:
        return None if judged[0] is None else not judged[0]
    if name == "Fn::And":
        return False if False in judged else None if None in judged else True
    if name == "Fn::Or":
        return True if True in judged else None if None in judged else False
    return None


def _equal(scope: Scope, argument: list[object]) -> bool | None:
    if len(argument) != 2:
        return None
    first, second = (text(scope.value(each)) for each in argument)
    return None if first is None or second is None else first == second
