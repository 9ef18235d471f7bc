from __future__ import annotations

import pytest

from batchwright.model import ConfigurationError, Problem, Problems


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
