"""When jobs are submitted."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.simulation.draws import Draws


class Arrival(Protocol):
    """A plan of submissions."""

    def times(self, count: int, draws: Draws) -> Iterator[float]:
        """Give the seconds of each submission since the stream's start, in rising order."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """All together."""

    def times(self, count: int, draws: Draws) -> Iterator[float]:  # noqa: ARG002 - a plan's signature
        """Give the seconds of each submission."""
        for _ in range(count):
            yield 0.0


@dataclass(frozen=True, slots=True)
class Every:
    """One after another, a fixed time apart."""

    seconds: float

    def times(self, count: int, draws: Draws) -> Iterator[float]:  # noqa: ARG002 - a plan's signature
        """Give the seconds of each submission."""
        for number in range(count):
            yield number * self.seconds


@dataclass(frozen=True, slots=True)
class Poisson:
    """Independently of each other, so many an hour on average."""

    per_hour: float

    def times(self, count: int, draws: Draws) -> Iterator[float]:
        """Give the seconds of each submission."""
        mean, now = 3600.0 / self.per_hour, 0.0
        for number in range(count):
            now -= mean * math.log(draws.number(number))
            yield now


@dataclass(frozen=True, slots=True)
class Hourly:
    """Independently of each other, so many on average in each hour of a plan that begins again when it is over.

    Attributes:
        per_hour: For each hour; more than 0 in one of them.
    """

    per_hour: tuple[float, ...]

    def times(self, count: int, draws: Draws) -> Iterator[float]:
        """Give the seconds of each submission."""
        # Where the plan expects n submissions until then, one comes that has n before it on average.
        expected = list(accumulate(self.per_hour))
        whole, now = expected[-1], 0.0
        for number in range(count):
            now -= math.log(draws.number(number))
            rounds, rest = divmod(now, whole)
            hour = min(bisect_right(expected, rest), len(expected) - 1)
            part = 1.0 - (expected[hour] - rest) / self.per_hour[hour]
            yield 3600.0 * (rounds * len(expected) + hour + part)


@dataclass(frozen=True, slots=True)
class Listed:
    """As written down, or measured."""

    seconds: tuple[float, ...]

    def times(self, count: int, draws: Draws) -> Iterator[float]:  # noqa: ARG002 - a plan's signature
        """Give the seconds of each submission."""
        yield from self.seconds[:count]
