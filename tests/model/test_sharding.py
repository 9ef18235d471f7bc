from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.model.sharding import Shard, concurrent_arrays_problems, sharded_size_problems, shards


def test_as_few_arrays_as_possible_of_nearly_equal_sizes() -> None:
    assert shards(25_000) == (Shard(0, 8_333), Shard(8_333, 8_333), Shard(16_666, 8_334))
    assert shards(10_000) == (Shard(0, 10_000),)
    assert shards(1) == (Shard(0, 1),)


def test_one_item_too_many_is_no_array_of_one() -> None:
    assert shards(10_001) == (Shard(0, 5_000), Shard(5_000, 5_001))


@given(size=st.integers(1, 1_000_000), most=st.integers(100, 10_000))
def test_every_item_is_in_exactly_one_array_that_batch_takes(size: int, most: int) -> None:
    divided = shards(size, most=most)
    ends = [each.offset + each.size for each in divided]
    assert [each.offset for each in divided] == [0, *ends[:-1]]
    assert ends[-1] == size
    assert len(divided) == math.ceil(size / most)
    assert max(each.size for each in divided) - min(each.size for each in divided) <= 1
    if size > 1:
        assert all(2 <= each.size <= most for each in divided)


@pytest.mark.parametrize("size", [0, -1, 1_000_001, 1.5, math.nan, math.inf])
def test_sizes_that_are_refused(size: float) -> None:
    assert [problem.field for problem in sharded_size_problems(size)] == ["size"]


@pytest.mark.parametrize("count", [0, 41, 1.5, math.inf])
def test_numbers_of_arrays_at_once_that_are_refused(count: float) -> None:
    assert concurrent_arrays_problems(count, field="max_arrays")


def test_the_ends_of_the_ranges() -> None:
    assert not [*sharded_size_problems(1), *sharded_size_problems(1_000_000)]
    assert not [*concurrent_arrays_problems(1, field="n"), *concurrent_arrays_problems(40, field="n")]
