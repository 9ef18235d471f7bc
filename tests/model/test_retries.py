from __future__ import annotations

import pytest

from batchwright.model.retries import (
    action_problems,
    attempts_problems,
    exit_code_pattern_problems,
    reason_pattern_problems,
    rule_count_problems,
    unmatched_problems,
)


@pytest.mark.parametrize("attempts", [1, 3, 10, None])
def test_one_to_ten_attempts(attempts: float | None) -> None:
    assert not attempts_problems(attempts)


@pytest.mark.parametrize("attempts", [0, -1, 11, 2.5, float("nan"), float("inf")])
def test_other_attempts(attempts: float) -> None:
    (problem,) = attempts_problems(attempts, field="Run.options.attempts")
    assert (problem.field, problem.allowed) == ("Run.options.attempts", "1 to 10")


def test_five_rules() -> None:
    assert not rule_count_problems(5)
    assert rule_count_problems(6)[0].value == "6 rules"


@pytest.mark.parametrize("pattern", ["0", "137", "13*", "*", "1" * 512])
def test_exit_codes(pattern: str) -> None:
    assert not exit_code_pattern_problems(pattern, field="code")


@pytest.mark.parametrize("pattern", ["", "1x", "-1", "*1", "1**", "٣"])
def test_other_exit_codes(pattern: str) -> None:
    assert exit_code_pattern_problems(pattern, field="code")[0].value == pattern


def test_a_long_pattern_is_cut_in_the_message() -> None:
    value = exit_code_pattern_problems("1" * 513, field="code")[0].value
    assert value == f"{'1' * 40}... (513 characters)"


@pytest.mark.parametrize("pattern", ["*", "Host EC2*", "CannotPullContainerError:*", "a\tb.c"])
def test_reasons(pattern: str) -> None:
    assert not reason_pattern_problems(pattern, field="reason")


@pytest.mark.parametrize("pattern", ["", "*x", "a-b", "a/b", "a" * 512 + "*"])
def test_other_reasons(pattern: str) -> None:
    assert reason_pattern_problems(pattern, field="reason")[0].field == "reason"


def test_actions() -> None:
    assert not action_problems("RETRY", field="action")
    assert action_problems("STOP", field="action")


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([], False),
        ([("RETRY", ["Host EC2*"])], True),
        ([("retry", ["Host EC2*"]), ("EXIT", ["1"])], False),
        ([("EXIT", ["1"]), ("retry", ["Host EC2*"])], True),
        ([("RETRY", ["Host EC2*"]), ("EXIT", ["*", "*"])], False),
        ([("RETRY", ["Host EC2*"]), ("EXIT", ["*", "1"])], False),
        ([("RETRY", [])], True),
        ([("EXIT", ["1"])], False),
    ],
)
def test_what_no_rule_matches_is_retried(rules: list[tuple[str, list[str]]], found: bool) -> None:
    assert bool(unmatched_problems(rules)) is found
