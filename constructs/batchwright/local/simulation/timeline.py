"""The curves of a simulation, for its picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchwright.local.simulation.curve import Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A quantity over time: means of stretches.

    Attributes:
        name: What it is of.
        points: End of each stretch in seconds, and the mean in it; the first stretch begins at 0.
        peak: The highest value that lasted.
        paid: The same for the hosts that were paid for; empty without a cloud.
        limit: What the quantity cannot exceed; None for no limit.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    peak: float
    paid: tuple[tuple[float, float], ...] = ()
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """vCPUs by environment and waiting jobs by queue, over the same time."""

    environments: tuple[Line, ...]
    queues: tuple[Line, ...]
    seconds: float


def line(name: str, curve: Curve, *, paid: Curve | None = None, limit: float | None = None) -> Line:
    """Make a line of a curve."""
    return Line(
        name=name,
        points=tuple(curve.points()),
        peak=curve.highest,
        paid=() if paid is None else tuple(paid.points()),
        limit=limit,
    )
