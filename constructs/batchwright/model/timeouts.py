"""How long an attempt of a job may run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_JobTimeout.html
MIN_TIMEOUT_SECONDS: Final = 60


def timeout_problems(seconds: float | None, *, field: str = "timeout") -> Sequence[Problem]:
    """Find what is wrong with the time that an attempt may take; None is known only at deployment."""
    if seconds is None or (seconds >= MIN_TIMEOUT_SECONDS and is_whole(seconds)):
        return []
    enough = max(MIN_TIMEOUT_SECONDS, math.ceil(seconds)) if math.isfinite(seconds) else MIN_TIMEOUT_SECONDS
    allowed = f"{MIN_TIMEOUT_SECONDS} s or more" if seconds < MIN_TIMEOUT_SECONDS else "whole seconds"
    return [Problem(field, f"{seconds:g} s", allowed, f"Use Duration.seconds({enough}).")]
