"""Work of more items than one array may have, in several arrays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem
from batchwright.model.submissions import MAX_ARRAY_SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

# As many jobs as an account may have in SUBMITTED.
# Source: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
MAX_SHARDED_SIZE: Final = 1_000_000
# Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
MAX_CONCURRENT_ITERATIONS: Final = 40


@dataclass(frozen=True, slots=True)
class Shard:
    """One array of several.

    Attributes:
        offset: Number of its first item in all.
        size: Number of its items.
    """

    offset: int
    size: int


def shards(size: int, *, most: int = MAX_ARRAY_SIZE) -> tuple[Shard, ...]:
    """Divide items into as few arrays as possible, of nearly equal sizes.

    Equal, so that none is left with a single item, which is no array: 10,001 items are 5,000 and 5,001.

    Args:
        size: Number of items, 1 or more.
        most: Largest array, 2 or more.
    """
    count = -(-size // most)
    offsets = [number * size // count for number in range(count + 1)]
    return tuple(Shard(first, after - first) for first, after in pairwise(offsets))


def sharded_size_problems(size: float, *, field: str = "size") -> Sequence[Problem]:
    """Find a number of items that is none, or more than an account may have submitted at once."""
    if 1 <= size <= MAX_SHARDED_SIZE and is_whole(size):
        return []
    allowed = f"1 to {MAX_SHARDED_SIZE:,}, whole"
    fix = "Let each job work through several items: one that runs a few minutes is best for Batch anyway."
    if not size > MAX_SHARDED_SIZE:
        fix = "Use a whole number from 1."
    return [Problem(field, tidy(size), allowed, fix)]


def concurrent_arrays_problems(count: float, *, field: str) -> Sequence[Problem]:
    """Find a number of arrays at once that an inline Map does not run."""
    if 1 <= count <= MAX_CONCURRENT_ITERATIONS and is_whole(count):
        return []
    allowed = f"1 to {MAX_CONCURRENT_ITERATIONS}, whole"
    return [Problem(field, tidy(count), allowed, "Leave it out for as many as possible.")]
