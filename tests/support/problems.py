"""Asks a refused configuration what it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batchwright import ConfigurationError
from batchwright.model.problems import shown

if TYPE_CHECKING:
    from collections.abc import Callable


def refused(build: Callable[[], object]) -> ConfigurationError:
    """Run something that must be refused, and check that each problem says what a reader needs."""
    with pytest.raises(ConfigurationError) as caught:
        build()
    error = caught.value
    assert error.problems
    for problem in error.problems:
        assert problem.field
        assert problem.allowed
        assert problem.fix.endswith((".", ")"))
        assert problem.field in str(error)
        assert shown(problem.value) in str(error)
        assert " at 0x" not in str(error)
    return error


def fields(error: ConfigurationError) -> list[str]:
    """The fields at fault, in the order found."""
    return [problem.field for problem in error.problems]


def named(build: Callable[[], object]) -> set[str]:
    """The fields that a configuration is refused for; none when it is accepted."""
    try:
        build()
    except ConfigurationError as error:
        return set(fields(error))
    return set()
