"""How numbers of a template are written in a message."""

from __future__ import annotations

import math


def tidy(value: float) -> float:
    """Make a whole number an int, so that it is written as `4`, not as `4.0`."""
    return int(value) if math.isfinite(value) and value == int(value) else value


def is_whole(value: float) -> bool:
    """Whether a number is finite and has no fraction."""
    return math.isfinite(value) and value == int(value)
