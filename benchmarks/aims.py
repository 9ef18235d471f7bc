"""What a benchmark should reach. A missed aim is reported, never an error: it says where to look next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Pairs


@dataclass(frozen=True, slots=True)
class Aim:
    """An aim in words, and the test for it.

    Attributes:
        text: As the table shows it.
        reached: Whether a measurement reaches it.
    """

    text: str
    reached: Callable[[Pairs], bool]


def ratio_at_most(limit: float) -> Aim:
    """Aim at a ratio of at most `limit`: for what should be small, as time."""
    return Aim(f"ratio <= {limit:g}", lambda pairs: pairs.ratio <= limit)


def ratio_at_least(limit: float) -> Aim:
    """Aim at a ratio of at least `limit`: for what should be large, as throughput."""
    return Aim(f"ratio >= {limit:g}", lambda pairs: pairs.ratio >= limit)


def within(limit: float, unit: str) -> Aim:
    """Aim at a median of at most `limit` above the alternative's, in the unit of the samples."""
    return Aim(f"within +{limit:g} {unit}", lambda pairs: pairs.difference <= limit)


def at_most(limit: float, unit: str) -> Aim:
    """Aim at a median of at most `limit` of ours, whatever the alternative takes, in the unit of the samples."""
    return Aim(f"<= {limit:g} {unit}", lambda pairs: pairs.ours_median <= limit)
