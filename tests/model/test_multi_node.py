from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.model.multi_node import (
    is_node_range,
    main_node_problems,
    node_count_problems,
    node_coverage_problems,
    node_group_count_problems,
    node_instance_type_problems,
)

ENDS = st.tuples(st.none() | st.integers(0, 12), st.none() | st.integers(0, 12))


@given(ranges=st.lists(ENDS, max_size=5), nodes=st.integers(1, 12))
def test_every_node_is_in_a_range_or_named(ranges: list[tuple[int | None, int | None]], nodes: int) -> None:
    covered = {
        node
        for first, last in ranges
        for node in range(first or 0, (nodes - 1 if last is None else last) + 1)
        if node < nodes
    }
    texts = [
        "".join(["" if first is None else str(first), ":", "" if last is None else str(last)]) for first, last in ranges
    ]
    problems = node_coverage_problems(texts, nodes)
    assert bool(problems) is (len(covered) < nodes)
    if problems:
        assert f"Node {min(set(range(nodes)) - covered)} is in none" in problems[0].fix


def test_a_number_of_nodes_that_no_memory_holds() -> None:
    assert not node_coverage_problems(["0:"], 10**15)
    assert node_coverage_problems(["0:5"], 10**15)


@pytest.mark.parametrize(
    ("text", "is_range"), [("0:3", True), (":", True), ("4:", True), ("0", False), ("-1:2", False)]
)
def test_ranges(text: str, is_range: bool) -> None:
    assert is_node_range(text) is is_range


def test_the_main_node_is_one_of_the_nodes() -> None:
    assert not main_node_problems(3, 4)
    assert main_node_problems(4, 4)[0].allowed == "0 to 3"
    assert main_node_problems(-1, 4)


def test_numbers() -> None:
    assert not node_count_problems(1)
    assert node_count_problems(1.5)
    assert not node_group_count_problems(5)
    assert node_group_count_problems(6)
    assert not node_instance_type_problems(["a", "a"])
    assert node_instance_type_problems(["b", "a"])[0].value == "a, b"
