"""Everything that is checked of a step that divides its jobs into arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from batchwright.model import Problem
from batchwright.model.arguments import required_problems
from batchwright.model.environment_variables import variable_name_problems
from batchwright.model.sharding import (
    MAX_CONCURRENT_ITERATIONS,
    MAX_SHARDED_SIZE,
    concurrent_arrays_problems,
    sharded_size_problems,
)
from batchwright.pipelines.paths import path_problems

if TYPE_CHECKING:
    from collections.abc import Iterable


def are_named(given: object, variable: object) -> bool:
    """Whether there are variables by their names, to which one more can be added."""
    return isinstance(given, Mapping) and isinstance(variable, str)


def offset_variable_problems(field: str, variable: str, given: object) -> Iterable[Problem]:
    """Find a variable for the offset that Batch refuses, or that is set already.

    Args:
        field: What the caller calls it.
        variable: Its name.
        given: The other variables, of whatever kind they are.
    """
    wrong_kind = required_problems(field, variable, str, fix='Use "ARRAY_OFFSET".')
    yield from wrong_kind
    if wrong_kind:
        return
    if not variable:
        yield Problem(field, variable, "the name of a variable", 'Use "ARRAY_OFFSET".')
    yield from variable_name_problems(variable, field=field)
    if isinstance(given, Mapping) and variable in given:
        yield Problem(field, variable, "a variable that environment does not set", "Name another one.")


def size_problems(field: str, size: object) -> Iterable[Problem]:
    """Find a number of jobs that cannot be divided, or that is not known now."""
    if isinstance(size, str):
        yield from path_problems(field, size, single=True)
    elif isinstance(size, bool) or not isinstance(size, int):
        # A number that is known only at deployment is none here: how many arrays there are must be known now.
        allowed = f"1 to {MAX_SHARDED_SIZE:,}, known now, or a JSONPath"
        yield Problem(field, size, allowed, "Pass it in the execution's input: $.size.")
    else:
        yield from sharded_size_problems(size, field=field)


def array_count_problems(field: str, count: object) -> Iterable[Problem]:
    """Find a number of arrays that a Map state does not run at the same time."""
    if isinstance(count, bool) or not isinstance(count, int):
        allowed = f"1 to {MAX_CONCURRENT_ITERATIONS}, whole"
        yield Problem(field, count, allowed, "Leave it out for as many as possible.")
    else:
        yield from concurrent_arrays_problems(count, field=field)
