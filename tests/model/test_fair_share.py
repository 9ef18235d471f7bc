from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchwright.model.fair_share import (
    decay_problems,
    overlap_problems,
    relative_problems,
    weight_of,
    weight_problems,
)

SHARE = st.from_regex(r"[ab]{1,3}\*?", fullmatch=True)


def means(share: str, identifier: str) -> bool:
    return identifier.startswith(share[:-1]) if share.endswith("*") else identifier == share


@given(shares=st.lists(SHARE, max_size=5))
@settings(max_examples=300, deadline=None)
def test_shares_overlap_when_a_job_could_be_of_two(shares: list[str]) -> None:
    jobs = [f"{share.removesuffix('*')}" for share in shares]
    overlap = any(sum(means(share, job) for share in shares) > 1 for job in jobs)
    assert bool(overlap_problems(shares)) is overlap


def test_each_overlapping_share_is_named_once() -> None:
    found = overlap_problems(["User*", "UserA", "UserB", "other", "other"])
    assert [problem.value for problem in found] == ["UserA", "UserB", "other"]
    assert "'User*'" in found[0].allowed


@pytest.mark.parametrize(("relative", "weight"), [(1, 1.0), (4, 0.25), (3, 0.333333), (0.5, 2.0), (10_000, 0.0001)])
def test_a_portion_is_the_inverse_of_its_weight(relative: float, weight: float) -> None:
    assert weight_of(relative) == weight
    assert not relative_problems(relative, field="relative")


@pytest.mark.parametrize("relative", [0, -1, 0.001, 10_001, math.inf, math.nan])
def test_portions_have_a_range(relative: float) -> None:
    (problem,) = relative_problems(relative, field="fair_share.shares['a'].relative")
    assert problem.field == "fair_share.shares['a'].relative"


@given(st.floats(0.0011, 10_000))
def test_every_portion_has_a_weight_that_aws_takes(relative: float) -> None:
    assert not weight_problems(weight_of(relative))


def test_parts_of_a_second_are_no_decay() -> None:
    assert decay_problems(1.5)
    assert not decay_problems(604_800)
