"""Checks of arguments that several queues share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model import Problem
from batchwright.model.arguments import flag_problems, kind_problems, mapping_problems
from batchwright.model.queues import priority_problems
from batchwright.model.tags import tag_count_problems
from batchwright.queues.time_limits import TimeLimits
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def number_problems(field: str, value: object, judge: Callable[[float], Sequence[Problem]]) -> Sequence[Problem]:
    """Find what is no number, or what a judgement finds; one that is known only at deployment is not judged."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [Problem(field, value, "a number", "Write a plain number.")]
    return [] if is_token(value) else judge(value)


def queue_problems(
    *, priority: object, limits: object, enabled: object, tags: Mapping[str, str] | None
) -> Sequence[Problem]:
    """Find what is wrong with what every queue has; no `limits` are the default ones."""
    found = [
        *number_problems("priority", priority, priority_problems),
        *kind_problems("time_limits", limits, TimeLimits, fix="Use TimeLimits(...)."),
        *flag_problems("enabled", enabled),
    ]
    if isinstance(limits, TimeLimits):
        found += limits.problems()
    if tags is not None:
        found += mapping_problems("tags", tags, str, fix='Use {"team": "research"}.') or tag_count_problems(len(tags))
    return found
