from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local.runners.harness import after, make_container

from batchwright.local.runners.ordering import Ordering

if TYPE_CHECKING:
    from batchwright.local.engine import Container


def container(name: str, *depends_on: tuple[str, str]) -> Container:
    return make_container(name=name, depends_on=tuple(after(*one) for one in depends_on))


def names(containers: list[Container]) -> list[str]:
    return [one.name for one in containers]


def test_those_without_conditions_start_in_the_order_given() -> None:
    ordering = Ordering([container("b"), container("c", ("b", "START")), container("a")])
    assert names(ordering.take_ready()) == ["b", "a"]
    assert ordering.take_ready() == []
    ordering.began("b")
    assert names(ordering.take_ready()) == ["c"]


@pytest.mark.parametrize(
    ("condition", "running", "failed", "succeeded"),
    [("START", True, True, True), ("COMPLETE", False, True, True), ("SUCCESS", False, False, True)],
)
def test_conditions(condition: str, running: bool, failed: bool, succeeded: bool) -> None:
    for code, expected in ((None, running), (1, failed), (0, succeeded)):
        ordering = Ordering([container("a"), container("b", ("a", condition))])
        ordering.take_ready()
        ordering.began("a")
        if code is not None:
            ordering.ended("a", code)
        assert names(ordering.take_ready()) == (["b"] if expected else [])
        assert len(ordering.take_hopeless()) == (1 if condition == "SUCCESS" and code == 1 else 0)


def test_start_is_met_by_one_that_ended_before_anybody_looked() -> None:
    ordering = Ordering([container("a"), container("b", ("a", "START"))])
    ordering.take_ready()
    ordering.ended("a", 0)
    assert names(ordering.take_ready()) == ["b"]


@pytest.mark.parametrize("condition", ["START", "COMPLETE", "SUCCESS"])
def test_one_that_never_starts_takes_all_with_it(condition: str) -> None:
    ordering = Ordering([container("c", ("b", condition)), container("b", ("a", condition)), container("a")])
    ordering.take_ready()
    ordering.ended("a", None)
    hopeless = {one.name: reason for one, reason in ordering.take_hopeless()}
    assert set(hopeless) == {"b", "c"}
    assert hopeless["c"].endswith("[b] for target [c] because dependency will never start")
    assert ordering.over


def test_a_start_timeout_counts_for_those_that_wait_for_an_end() -> None:
    waits = [container("b", ("a", "COMPLETE")), container("c", ("a", "SUCCESS"))]
    ordering = Ordering([container("a"), *waits])
    ordering.take_ready()
    ordering.began("a")
    ordering.timed_out("a")
    assert [reason for _, reason in ordering.take_hopeless()] == [
        f"CannotStartContainerError: dependency graph: container ordering dependency [a] for target [{name}] has "
        "timed out."
        for name in ("b", "c")
    ]
    ordering.ended("a", 0)
    assert ordering.take_ready() == []


def test_a_start_timeout_after_the_end_is_nothing() -> None:
    ordering = Ordering([container("a"), container("b", ("a", "SUCCESS"))])
    ordering.take_ready()
    ordering.ended("a", 0)
    ordering.timed_out("a")
    assert names(ordering.take_ready()) == ["b"]


def test_stopping_goes_from_the_dependents_to_what_they_need() -> None:
    ordering = Ordering([container("a"), container("b", ("a", "START")), container("c", ("b", "START"))])
    order = []
    for name in ("a", "b", "c"):
        ordering.take_ready()
        ordering.began(name)
    while not ordering.over:
        (last,) = ordering.last_dependents()
        order.append(last.name)
        ordering.ended(last.name, 143)
    assert order == ["c", "b", "a"]


def test_what_is_given_up_never_starts() -> None:
    ordering = Ordering([container("a"), container("b", ("a", "START"))])
    assert names(ordering.take_ready()) == ["a"]
    assert names(ordering.give_up()) == ["b"]
    assert names(ordering.unfinished()) == ["a"]
    assert ordering.starting("a")
    ordering.began("a")
    assert ordering.take_ready() == []


@st.composite
def tasks(draw: st.DrawFn) -> list[Container]:
    found: list[Container] = []
    for index in range(draw(st.integers(1, 6))):
        conditions = st.sampled_from(["START", "COMPLETE", "SUCCESS"])
        chosen = draw(st.sets(st.integers(0, index - 1))) if index else set()
        found.append(container(f"c{index}", *((f"c{other}", draw(conditions)) for other in sorted(chosen))))
    return draw(st.permutations(found))


@given(tasks(), st.randoms(use_true_random=False))
def test_every_task_ends_and_nothing_starts_before_its_conditions(containers: list[Container], random: object) -> None:
    ordering = Ordering(containers)
    codes: dict[str, int | None] = {}
    running: list[str] = []
    begun: set[str] = set()
    for _ in range(100):
        for one in ordering.take_ready():
            for dependency in one.depends_on:
                assert dependency.name in begun
                if dependency.condition != "START":
                    assert dependency.name in codes
                if dependency.condition == "SUCCESS":
                    assert codes[dependency.name] == 0
            running.append(one.name)
        for one, _reason in ordering.take_hopeless():
            codes[one.name] = None
        if ordering.over:
            break
        name = random.choice(running)  # type: ignore[attr-defined]
        if name in begun:
            running.remove(name)
            codes[name] = random.choice([0, 1])  # type: ignore[attr-defined]
            ordering.ended(name, codes[name])
        elif random.random() < 0.2:  # type: ignore[attr-defined]
            running.remove(name)
            codes[name] = None
            ordering.ended(name, None)
        else:
            begun.add(name)
            ordering.began(name)
    assert ordering.over
    assert set(codes) == {one.name for one in containers}
