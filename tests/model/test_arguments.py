from __future__ import annotations

from enum import StrEnum
from types import SimpleNamespace

import pytest

from batchwright.model.arguments import (
    flags_problems,
    item_problems,
    kind_problems,
    like_item_problems,
    like_problems,
    number_problems,
    option_problems,
    required_problems,
)


class Colour(StrEnum):
    RED = "red"


class Apple:
    pass


class Settings:
    pass


ROLE = SimpleNamespace(role_arn="arn")


@pytest.mark.parametrize(("value", "good"), [(1, True), (0.5, True), (True, False), ("1", False), (None, False)])
def test_numbers(value: object, good: bool) -> None:
    assert (not number_problems("count", value, fix="Use 2.")) is good


def test_options() -> None:
    assert not option_problems("colour", Colour.RED, Colour)
    assert not option_problems("colour", "red", Colour)
    (problem,) = option_problems("colour", "blue", Colour)
    assert problem.allowed == "Colour.RED"


def test_flags() -> None:
    found = flags_problems(a=True, b=False, c="no", d=1, e=None)
    assert [problem.field for problem in found] == ["c", "d", "e"]


@pytest.mark.parametrize(
    ("wanted", "allowed"), [(Apple, "an Apple"), (Colour, "a Colour"), (Settings, "Settings"), (int, "an int")]
)
def test_a_kind_has_its_article(wanted: type, allowed: str) -> None:
    assert [each.allowed for each in kind_problems("x", "?", wanted, fix="")] == [allowed]
    assert [each.allowed for each in required_problems("x", None, wanted, fix="")] == [allowed]
    assert [each.allowed for each in item_problems("x", ["?"], wanted, fix="")] == [allowed]


def test_likeness() -> None:
    assert not like_problems("role", None, "role_arn", kind="a role", fix="")
    assert not like_problems("role", ROLE, "role_arn", kind="a role", fix="")
    assert like_problems("role", "admin", "role_arn", kind="a role", fix="")
    assert like_problems("role", None, "role_arn", kind="a role", fix="", required=True)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [([ROLE], []), ((ROLE,), []), ([ROLE, 3], ["roles[1]"]), (ROLE, ["roles"]), ("ab", ["roles"]), ([], ["roles"])],
)
def test_lists_of_a_likeness(values: object, wrong: list[str]) -> None:
    found = like_item_problems("roles", values, "role_arn", kind="a role", fix="", least=1)
    assert [problem.field for problem in found] == wrong
