from __future__ import annotations

import pytest

from benchmarks.aims import ratio_at_least, ratio_at_most, within
from benchmarks.measure import Pairs, interleave


def test_both_ways_are_measured_in_turn_after_the_warm_up() -> None:
    order: list[str] = []

    def way(name: str) -> str:
        order.append(name)
        return f"{name}{len(order)}"

    samples = interleave(lambda: way("A"), lambda: way("B"), runs=2, warm_ups=1)

    assert order == ["A", "B"] * 3
    assert samples == [("A3", "B4"), ("A5", "B6")]


def test_the_ratio_is_the_median_of_the_ratios_within_pairs() -> None:
    pairs = Pairs(ours=(1.0, 10.0, 3.0), alternative=(2.0, 10.0, 4.0))

    assert pairs.ratio == 0.75
    assert (pairs.ours_median, pairs.alternative_median, pairs.difference) == (3.0, 4.0, -1.0)


def test_one_number_is_taken_from_each_sample() -> None:
    assert Pairs.of([("a", "bb"), ("ccc", "d")], len) == Pairs((1, 3), (2, 1))


@pytest.mark.parametrize(("ours", "alternative"), [((), ()), ((1.0,), (1.0, 2.0))])
def test_samples_that_are_no_pairs_are_refused(ours: tuple[float, ...], alternative: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="as many of each"):
        Pairs(ours, alternative)


def test_no_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        interleave(lambda: 1, lambda: 1, runs=0)


@pytest.mark.parametrize(
    ("ours", "at_most", "at_least", "is_within"),
    [(1.0, True, True, True), (0.9, True, False, True), (7, False, True, False)],
)
def test_aims_count_their_limit_as_reached(ours: float, at_most: bool, at_least: bool, is_within: bool) -> None:
    pairs = Pairs((ours,), (1.0,))

    assert ratio_at_most(1).reached(pairs) is at_most
    assert ratio_at_least(1).reached(pairs) is at_least
    assert within(5, "ms").reached(pairs) is is_within
