from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.model.multi_container import (
    container_timeout_problems,
    dependency_condition_problems,
    dependency_cycle_problems,
    dependency_target_problems,
    essential_problems,
)

NAMES = "abcde"


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3)))
def test_a_circle_is_a_container_that_reaches_itself(waits: dict[str, list[str]]) -> None:
    reached = {name: set(targets) & waits.keys() for name, targets in waits.items()}
    for _ in NAMES:
        reached = {name: targets.union(*(reached[each] for each in targets)) for name, targets in reached.items()}
    assert bool(dependency_cycle_problems(waits)) is any(name in targets for name, targets in reached.items())


@pytest.mark.parametrize(("flags", "found"), [([], False), ([True, False], False), ([None], False), ([False], True)])
def test_one_is_essential(flags: list[bool | None], found: bool) -> None:
    assert bool(essential_problems(flags)) is found


def test_a_target_is_a_container() -> None:
    assert not dependency_target_problems("a", ["a", "b"])
    assert "(a, b)" in dependency_target_problems("A", ["a", "b"])[0].allowed


@pytest.mark.parametrize(
    ("condition", "essential", "found"),
    [("START", True, False), ("COMPLETE", True, True), ("success", True, True), ("SUCCESS", False, False)],
)
def test_nothing_waits_for_the_end_of_the_job(condition: str, essential: bool, found: bool) -> None:
    assert bool(dependency_condition_problems("a", condition, essential=essential)) is found


@pytest.mark.parametrize(
    ("seconds", "fargate", "fix"), [(1, False, "Use 2."), (0, True, "Use 2."), (121, True, "Use 120.")]
)
def test_timeouts(seconds: float, fargate: bool, fix: str) -> None:
    assert container_timeout_problems(seconds, field="stop_timeout", fargate=fargate)[0].fix == fix
    assert not container_timeout_problems(121, field="stop_timeout", fargate=False)
