"""Two ways of doing one thing, measured in turn."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Samples of both ways, the first of each taken together, then the second of each, and so on.

    Attributes:
        ours: With Batchwright.
        alternative: Without.
    """

    ours: tuple[float, ...]
    alternative: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.ours or len(self.ours) != len(self.alternative):
            counts = f"{len(self.ours)} and {len(self.alternative)}"
            message = f"{counts} samples are no pairs; take as many of each, 1 or more"
            raise ValueError(message)

    @classmethod
    def of(cls, samples: Iterable[tuple[T, T]], value: Callable[[T], float]) -> Self:
        """Take one number from each sample."""
        taken = [(value(ours), value(alternative)) for ours, alternative in samples]
        return cls(tuple(ours for ours, _ in taken), tuple(alternative for _, alternative in taken))

    @property
    def ours_median(self) -> float:
        """Median of ours."""
        return median(self.ours)

    @property
    def alternative_median(self) -> float:
        """Median of the alternative."""
        return median(self.alternative)

    @property
    def ratio(self) -> float:
        """Median of the ratios within each pair, ours by the alternative.

        Both samples of a pair meet the same load of the machine, so this varies far less than the ratio of medians.
        """
        return median(a / b for a, b in zip(self.ours, self.alternative, strict=True))

    @property
    def difference(self) -> float:
        """Difference of the medians, ours less the alternative."""
        return self.ours_median - self.alternative_median


def interleave(
    ours: Callable[[], T], alternative: Callable[[], T], *, runs: int, warm_ups: int = 1
) -> list[tuple[T, T]]:
    """Measure both ways in turn, A B A B ..., after uncounted warm-ups.

    Args:
        ours: Runs our way once and gives a sample.
        alternative: Likewise, the other way.
        runs: Pairs to take, 1 or more.
        warm_ups: Pairs to throw away first: caches fill, bytecode is written.
    """
    if runs < 1:
        message = f"runs is {runs}; it must be 1 or more"
        raise ValueError(message)
    for _ in range(warm_ups):
        ours()
        alternative()
    return [(ours(), alternative()) for _ in range(runs)]
