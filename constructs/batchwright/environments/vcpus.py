"""The vCPU range of an environment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from batchwright.model import Problem
from batchwright.model.numbers import is_whole
from batchwright.tokens import is_token, within

if TYPE_CHECKING:
    from collections.abc import Sequence


def vcpu_problems(*, minimum: int, maximum: int) -> Sequence[Problem]:
    """Find what is wrong with the vCPU range of an environment."""
    found = []
    if not (is_count(maximum) and within(maximum, 1)):
        found.append(Problem("max_vcpus", maximum, "1 or more", "Use enabled=False to keep an environment idle."))
    if not is_count(maximum) or is_token(maximum):
        highest, limit = math.inf, "0 or more"
    else:
        highest, limit = max(maximum, 0), f"0 to max_vcpus ({maximum})"
    if not (is_count(minimum) and within(minimum, 0, highest)):
        found.append(Problem("min_vcpus", minimum, limit, "Use 0 to scale to zero when idle."))
    return found


def is_count(value: object) -> bool:
    """Whether a value is a whole number, or stands for one that is known only at deployment."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return is_token(value) or is_whole(value)
