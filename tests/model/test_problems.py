from __future__ import annotations

import pytest

from batchwright.model import Architecture, ConfigurationError, Problem, Problems
from batchwright.model.problems import quoted, shown


class Thing:
    """Says nothing of itself."""


class _IThingProxy:
    """What the CDK's kernel hands out for an interface."""


class Mute:
    def __repr__(self) -> str:
        message = "no"
        raise RuntimeError(message)


def test_nothing_is_raised_without_problems() -> None:
    problems = Problems("Here")
    assert problems.check(True, field="a", value=1, allowed="1", fix="Use 1.")
    problems.raise_if_any()


def test_all_problems_are_raised_together() -> None:
    problems = Problems("JobQueue 'Stack/Queue'")
    assert not problems.check(False, field="priority", value=2000, allowed="0 to 1000", fix="Use 1000.")
    problems.extend([Problem("name", "?", "letters", "Use letters.")])
    with pytest.raises(ConfigurationError) as caught:
        problems.raise_if_any()
    assert str(caught.value).splitlines() == [
        "JobQueue 'Stack/Queue': 2 problems",
        "  - priority = 2000: allowed is 0 to 1000. Use 1000.",
        "  - name = '?': allowed is letters. Use letters.",
    ]
    assert [problem.field for problem in caught.value.problems] == ["priority", "name"]


def test_one_problem_is_counted_as_one() -> None:
    assert str(ConfigurationError("Here", [Problem("a", 1, "2", "Use 2.")])).startswith("Here: 1 problem\n")


def test_it_is_a_value_error() -> None:
    assert issubclass(ConfigurationError, ValueError)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4, "4"),
        ("a", "'a'"),
        (None, "None"),
        (Architecture.ARM64, "Architecture.ARM64"),
        (Thing(), "<Thing>"),
        (_IThingProxy(), "<IThing>"),
        ([Thing(), 1, {"a": Thing()}], "[<Thing>, 1, {'a': <Thing>}]"),
        (Mute(), "<Mute>"),
        ("<x.Thing object at 0x7f>", "'<x.Thing object at 0x7f>'"),
        (["#{Token[Ids.4]}", "arn:${Token[AWS.Partition.12]}:s3"], "['<token>', 'arn:<token>:s3']"),
        (-1.8881545897087827e289, "<token>"),
        ("x" * 400, "'" + "x" * 299 + "..."),
    ],
)
def test_objects_are_shown_by_their_class(value: object, text: str) -> None:
    assert shown(value) == text
    assert str(Problem("field", value, "all", "Use it.")) == f"field = {text}: allowed is all. Use it."


def test_functions_are_shown_by_their_name() -> None:
    assert shown(test_it_is_a_value_error) == "<function test_it_is_a_value_error>"
    assert " at 0x" not in shown(lambda: None)
    assert " at 0x" not in shown(Problem("a", 1, "b", "c").__str__)


@pytest.mark.parametrize(
    ("value", "text"), [(4, "'4'"), ("a", "'a'"), (True, "'True'"), (None, "'text'"), (Thing(), "'text'")]
)
def test_a_fix_quotes_what_has_a_text(value: object, text: str) -> None:
    assert quoted(value) == text
