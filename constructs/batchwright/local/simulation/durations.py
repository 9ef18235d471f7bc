"""How long jobs run: distributions, as functions of a number between 0 and 1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Protocol

_NORMAL: Final = NormalDist()


class Duration(Protocol):
    """A distribution of seconds."""

    def at(self, share: float) -> float:
        """Return the seconds that this share of the jobs, between 0 and 1, does not exceed."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same."""

    seconds: float

    def at(self, share: float) -> float:  # noqa: ARG002 - a distribution's signature
        """Return the seconds."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Uniform:
    """Anything between two bounds, equally likely."""

    low: float
    high: float

    def at(self, share: float) -> float:
        """Return the seconds of a share of the jobs."""
        return self.low + (self.high - self.low) * share


@dataclass(frozen=True, slots=True)
class Exponential:
    """Mostly short, with no bound: what waits for chance."""

    mean: float

    def at(self, share: float) -> float:
        """Return the seconds of a share of the jobs."""
        return -self.mean * math.log1p(-share)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Most near the median, some several times as long: what run times of real jobs look like."""

    median: float
    sigma: float

    def at(self, share: float) -> float:
        """Return the seconds of a share of the jobs."""
        return self.median * math.exp(self.sigma * _NORMAL.inv_cdf(share))


@dataclass(frozen=True, slots=True)
class Empirical:
    """What was measured: each value as likely as the others."""

    seconds: tuple[float, ...]

    def at(self, share: float) -> float:
        """Return the seconds of a share of the jobs; the values are in rising order."""
        return self.seconds[int(share * len(self.seconds))]
