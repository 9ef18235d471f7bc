from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.local.simulation.curve import Curve

CHANGES = st.lists(
    st.tuples(st.floats(0.0, 1e5, allow_subnormal=False), st.integers(-20, 20)), min_size=1, max_size=60
).map(sorted)


@given(CHANGES, st.floats(0.0, 1e6, allow_subnormal=False))
def test_a_curve_keeps_the_integral_and_the_highest_value(changes: list[tuple[float, int]], more: float) -> None:
    curve = Curve()
    value, before, integral, highest = 0.0, 0.0, 0.0, 0.0
    end = changes[-1][0] + more
    for at, change in [*changes, (end, 0)]:
        integral += value * (at - before)
        highest = max(highest, value) if at > before else highest
        value, before = value + change, at
    for at, change in changes:
        curve.add(at, change)
    curve.hold(end)

    assert curve.integral == pytest.approx(integral, rel=1e-9, abs=1e-6)
    assert curve.highest == highest
    points = curve.points()
    assert len(points) <= 514
    starts = [0.0, *(at for at, _ in points)]
    together = sum(mean * (stop - start) for start, (stop, mean) in zip(starts, points, strict=False))
    assert together == pytest.approx(integral, rel=1e-6, abs=1e-3)


def test_a_value_that_does_not_last_is_no_peak() -> None:
    curve = Curve()
    curve.add(5, 3)
    curve.add(5, -2)
    curve.hold(10)

    assert (curve.highest, curve.integral) == (1, 5)


def test_a_short_curve_shows_every_second() -> None:
    curve = Curve()
    curve.add(1, 4)
    curve.add(2.5, -4)
    curve.hold(4)

    assert curve.points() == [(1, 0), (2, 4), (3, 2), (4, 0)]
