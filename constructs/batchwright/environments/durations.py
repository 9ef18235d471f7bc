"""Durations that AWS takes in whole minutes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import aws_cdk as cdk

from batchwright.model import Problem
from batchwright.model.arguments import kind_problems
from batchwright.model.numbers import is_whole
from batchwright.tokens import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def whole_minutes(
    field: str, duration: cdk.Duration | None, rule: Callable[[float], Sequence[Problem]]
) -> Sequence[Problem]:
    """Find a duration that is none, not of whole minutes, or outside its range; one known at deployment is good."""
    if duration is None:
        return []
    if kind := kind_problems(field, duration, cdk.Duration, fix="Use Duration.minutes(30)."):
        return kind
    known = seconds(duration)
    if known is None:
        return []
    minutes = known / 60
    if not is_whole(minutes):
        return [Problem(field, f"{known:g} s", "whole minutes", f"Use Duration.minutes({max(1, round(minutes))}).")]
    return [replace(problem, field=field) for problem in rule(minutes)]
