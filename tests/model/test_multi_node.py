from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.model.multi_node import (
    efa_count_problems,
    fewest_nodes_problems,
    is_node_range,
    main_node_problems,
    many_nodes_problems,
    node_count_problems,
    node_coverage_problems,
    node_efa_problems,
    node_group_count_problems,
    node_instance_type_problems,
    node_type_name_problems,
    node_type_problems,
    node_vcpu_problems,
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


@pytest.mark.parametrize(("nodes", "found"), [(1_000, False), (1_001, True)])
def test_more_nodes_than_the_default_quota(nodes: int, found: bool) -> None:
    assert bool(many_nodes_problems(nodes)) is found


@pytest.mark.parametrize(
    ("vcpus", "limits", "found"),
    [(100, [64, 100], False), (101, [64, 100], True), (None, [1], False), (101, [None, 100], False), (101, [], False)],
)
def test_nodes_start_together_or_never(vcpus: float | None, limits: list[int | None], found: bool) -> None:
    assert bool(node_vcpu_problems(vcpus, limits)) is found


@pytest.mark.parametrize(
    ("offered", "found"),
    [
        ([["c5n"]], False),
        ([["c7i"]], True),
        ([["c7i"], ["c5n.18xlarge"]], False),
        ([["c7i", "optimal"]], False),
        ([[]], False),
        ([], False),
    ],
)
def test_the_type_is_one_that_is_launched(offered: list[list[str]], found: bool) -> None:
    assert bool(node_type_problems("c5n.18xlarge", offered)) is found


@pytest.mark.parametrize(
    ("wanted", "interfaces", "says"),
    [(1, [1], None), (1, [0, 1], None), (1, [0], "an EFA interface"), (4, [1], "up to 1")],
)
def test_devices_are_interfaces(wanted: int, interfaces: list[int], says: str | None) -> None:
    found = efa_count_problems(wanted, interfaces)
    assert bool(found) is (says is not None)
    assert all(says in problem.allowed for problem in found if says)


@pytest.mark.parametrize(("nodes", "found"), [(5, False), (4, True), (5.5, True)])
def test_a_submission_leaves_a_node_for_each_group(nodes: float, found: bool) -> None:
    assert bool(fewest_nodes_problems(nodes, 5, field="nodes")) is found


@pytest.mark.parametrize("name", ["c5n.18xlarge", "u-6tb1.112xlarge", "p6e-gb200.36xlarge", "m7i.metal-24xl"])
def test_one_type_for_all_nodes(name: str) -> None:
    assert not node_type_name_problems(name)


@pytest.mark.parametrize(
    "name", ["", "c5n", "optimal", "default_x86_64", "c5n.*", "C5N.18XLARGE", "c5n.18xlarge,m5.large"]
)
def test_what_is_no_single_type(name: str) -> None:
    assert [problem.value for problem in node_type_name_problems(name)] == [name]


@pytest.mark.parametrize(
    ("wanted", "name", "allowed"),
    [(1, "c5n.18xlarge", None), (2, "c5n.18xlarge", "up to 1"), (1, "c5.large", "up to 0"), (99, "z9.huge", None)],
)
def test_a_type_has_so_many_adapters(wanted: int, name: str, allowed: str | None) -> None:
    found = node_efa_problems(wanted, name)
    assert [problem.allowed.startswith(str(allowed)) for problem in found] == ([] if allowed is None else [True])
