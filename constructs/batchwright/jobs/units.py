"""Checks of a job's times and sizes that may be known only at deployment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from batchwright.model import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration, Size

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_JobTimeout.html
_MIN_TIMEOUT: Final = 60


def timeout_problems(timeout: Duration, limit: float | None) -> Sequence[Problem]:
    """Find what is wrong with the time that an attempt may take; `limit` is its seconds, as far as they are known."""
    if limit is None:
        return _timeout_unit_problems(timeout)
    if limit >= _MIN_TIMEOUT and limit == int(limit):
        return []
    enough = max(_MIN_TIMEOUT, math.ceil(limit))
    allowed = f"{_MIN_TIMEOUT} s or more" if limit < _MIN_TIMEOUT else "whole seconds"
    return [Problem("timeout", f"{limit:g} s", allowed, f"Use Duration.seconds({enough}).")]


def memory_unit_problems(memory: Size, memory_mib: int | None) -> Sequence[Problem]:
    """Find a CloudFormation parameter in another unit than the template's, which nothing can convert."""
    if memory_mib is not None or _is_mebibytes(memory):
        return []
    fix = "Use Size.mebibytes(parameter.value_as_number)."
    return [Problem("memory", "a parameter in another unit", "parameters in MiB", fix)]


def _timeout_unit_problems(timeout: Duration) -> Sequence[Problem]:
    unit = timeout.unit_label()
    if unit == "seconds":
        return []
    fix = "Use Duration.seconds(parameter.value_as_number)."
    return [Problem("timeout", f"a parameter in {unit}", "parameters in seconds", fix)]


def _is_mebibytes(memory: Size) -> bool:
    try:
        memory.to_mebibytes()
    except RuntimeError:  # what the CDK raises when it cannot convert
        return False
    return True
