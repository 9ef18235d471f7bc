"""When jobs are submitted."""

from __future__ import annotations

import math
from dataclasses import dataclass
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
class Listed:
    """As written down, or measured."""

    seconds: tuple[float, ...]

    def times(self, count: int, draws: Draws) -> Iterator[float]:  # noqa: ARG002 - a plan's signature
        """Give the seconds of each submission."""
        yield from self.seconds[:count]
