"""Durations, arrivals and what is drawn for them."""

from __future__ import annotations

from collections import Counter
from itertools import islice, pairwise
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.local.simulation.arrivals import AtOnce, Every, Hourly, Listed, Poisson
from batchwright.local.simulation.draws import Draws
from batchwright.local.simulation.durations import Constant, Duration, Empirical, Exponential, LogNormal, Uniform

MANY = 20_000


@given(st.integers(0, 2**64), st.integers(0, 10**9), st.integers(0, 10))
def test_draws_lie_between_0_and_1_and_are_the_same_again(seed: int, first: int, second: int) -> None:
    drawn = Draws(seed, "a").number(first, second)

    assert 0 < drawn < 1
    assert Draws(seed, "a").number(first, second) == drawn


def test_draws_are_even_and_differ_by_seed_purpose_and_number() -> None:
    draws = Draws(1, "a")
    numbers = [draws.number(each) for each in range(MANY)]

    assert fmean(numbers) == pytest.approx(0.5, abs=0.01)
    assert fmean((number - 0.5) ** 2 for number in numbers) == pytest.approx(1 / 12, rel=0.03)
    assert len(set(numbers)) == MANY
    others = [Draws(2, "a").number(0), Draws(1, "b").number(0), draws.number(0, 1), draws.number(1)]
    assert len({numbers[0], *others}) == 5
    # One does not follow from the one before.
    assert fmean((a - 0.5) * (b - 0.5) for a, b in pairwise(numbers)) == pytest.approx(0, abs=0.002)


@pytest.mark.parametrize(
    ("duration", "middle", "mean"),
    [
        (Constant(7), 7, 7),
        (Uniform(10, 30), 20, 20),
        (Exponential(100), 69.3, 100),
        (LogNormal(100, 0.5), 100, 113.3),
        (Empirical((1.0, 2.0, 9.0)), 2, 4),
    ],
)
def test_durations_have_the_median_and_mean_of_their_distribution(
    duration: Duration, middle: float, mean: float
) -> None:
    draws = Draws(3, "x")
    lasted = [duration.at(draws.number(number)) for number in range(MANY)]

    assert median(lasted) == pytest.approx(middle, rel=0.05)
    assert fmean(lasted) == pytest.approx(mean, rel=0.05)
    assert min(lasted) >= 0


@given(st.floats(1e-16, 1 - 1e-16), st.floats(1e-16, 1 - 1e-16))
def test_a_larger_share_never_lasts_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    for duration in (Uniform(1, 2), Exponential(3), LogNormal(2, 1), Empirical((1.0, 4.0))):
        assert 0 <= duration.at(low) <= duration.at(high)


@given(st.lists(st.sampled_from([0.0, 0.5, 20.0, 300.0]), min_size=1, max_size=30).filter(any), st.integers(0, 9))
def test_arrivals_by_the_hour_come_in_order_and_never_in_an_hour_with_none(rates: list[float], seed: int) -> None:
    times = list(Hourly(tuple(rates)).times(200, Draws(seed, "x")))

    assert all(before <= after for before, after in pairwise(times))
    assert all(rates[int(at // 3600) % len(rates)] for at in times)


def test_arrivals_by_the_hour_are_as_many_as_planned() -> None:
    rates = [0, 10, 40, 25]
    hours = Counter(int(at // 3600) % 4 for at in Hourly(tuple(map(float, rates))).times(MANY, Draws(1, "x")))

    for hour, rate in enumerate(rates):
        assert hours[hour] == pytest.approx(MANY * rate / sum(rates), rel=0.05)
    even = list(Hourly((60.0,)).times(100, Draws(1, "x")))
    assert even == pytest.approx(list(Poisson(60).times(100, Draws(1, "x"))))


def test_arrivals() -> None:
    draws = Draws(1, "x")

    assert list(AtOnce().times(3, draws)) == [0, 0, 0]
    assert list(Every(2.5).times(3, draws)) == [0, 2.5, 5]
    assert list(Listed((1.0, 4.0, 9.0)).times(2, draws)) == [1, 4]
    poisson = list(Poisson(60).times(MANY, draws))
    assert all(before < after for before, after in pairwise(poisson))
    assert poisson[-1] / MANY == pytest.approx(60, rel=0.03)
    assert list(islice(Poisson(60).times(10, draws), 3)) == poisson[:3]
