"""Environment variables of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

RESERVED_PREFIX: Final = "AWS_BATCH"


def variable_name_problems(name: str, *, field: str = "environment") -> Sequence[Problem]:
    """Find a variable that Batch sets itself, and refuses from anybody else.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html (environment)
    """
    if not name.startswith(RESERVED_PREFIX):
        return []
    allowed = f"names that do not start with {RESERVED_PREFIX}"
    return [Problem(field, name, allowed, "Batch sets those itself; choose another.")]
