"""Checks of a job's times and sizes that may be known only at deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model import Problem, timeouts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration, Size


def timeout_problems(timeout: Duration, limit: float | None) -> Sequence[Problem]:
    """Find what is wrong with the time that an attempt may take; `limit` is its seconds, as far as they are known."""
    return _timeout_unit_problems(timeout) if limit is None else timeouts.timeout_problems(limit)


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
