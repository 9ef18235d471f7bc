"""What one array may owe to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


def n_to_n_problems(field: str, *, size: int | None, other: int | None) -> Sequence[Problem]:
    """Find arrays of different sizes whose children shall wait for each other one by one.

    Args:
        field: The argument at fault.
        size: Size of the array that waits; None when known only at deployment or at run time.
        other: Size of the array that it waits for.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/job_dependencies.html
    """
    if size is None or other is None or size == other:
        return []
    allowed = f"arrays of one size; this one has {size} children"
    return [Problem(field, f"an array of {other}", allowed, "Use Dependency.on(step) to wait for all of it.")]


def repeated_sequential_problems(field: str, count: int) -> Sequence[Problem]:
    """Find a dependency on the array itself that is given more than once."""
    if count <= 1:
        return []
    return [Problem(field, f"sequential {count} times", "once", "Leave the others out.")]
