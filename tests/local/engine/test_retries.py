from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.local.engine import BatchError
from batchwright.local.engine.definitions.retries import RetryStrategy

SPOT = "Host EC2 (instance i-0123456789abcdef0) terminated."
SPOT_ONLY = [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]


def again(
    conditions: list[dict[str, str]], *, code: int | None = 1, reason: str | None = None, status: str = ""
) -> bool:
    strategy = RetryStrategy.parse({"attempts": 3, "evaluateOnExit": conditions})
    return strategy.again(attempts_made=1, exit_code=code, reason=reason, status_reason=status)


@pytest.mark.parametrize(
    ("conditions", "outcome", "expected"),
    [
        ([], {}, True),
        ([{"onExitCode": "1", "action": "RETRY"}], {"code": 1}, True),
        ([{"onExitCode": "1", "action": "EXIT"}], {"code": 1}, False),
        ([{"onExitCode": "1", "action": "EXIT"}], {"code": 2}, True),
        ([{"onExitCode": "1", "action": "exit"}], {"code": 1}, False),
        ([{"onExitCode": "1", "action": "ReTrY"}], {"code": 1}, True),
        ([{"onExitCode": "1*", "action": "EXIT"}], {"code": 137}, False),
        ([{"onExitCode": "1", "action": "EXIT"}], {"code": 137}, True),
        ([{"onExitCode": "*", "action": "EXIT"}], {"code": None}, False),
        ([{"onStatusReason": "Host EC2*", "action": "EXIT"}], {"status": SPOT}, False),
        ([{"onStatusReason": "Host EC2", "action": "EXIT"}], {"status": SPOT}, True),
        ([{"onStatusReason": "host ec2*", "action": "EXIT"}], {"status": SPOT}, True),
        (
            [{"onReason": "CannotPullContainerError:*", "action": "EXIT"}],
            {"reason": "CannotPullContainerError: x"},
            False,
        ),
        ([{"onReason": "*", "action": "EXIT"}], {"reason": None}, False),
        # All patterns of a condition must match.
        ([{"onReason": "Out*", "onExitCode": "137", "action": "EXIT"}], {"code": 137, "reason": "OutOfMemory"}, False),
        ([{"onReason": "Out*", "onExitCode": "1", "action": "EXIT"}], {"code": 137, "reason": "OutOfMemory"}, True),
        # The first that matches rules.
        (
            [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}],
            {"status": SPOT},
            True,
        ),
        (SPOT_ONLY, {"code": 1}, False),
    ],
)
def test_evaluate_on_exit(conditions: list[dict[str, str]], outcome: dict[str, Any], expected: bool) -> None:
    assert again(conditions, **outcome) is expected


def test_attempts_are_the_most() -> None:
    strategy = RetryStrategy.parse({"attempts": 2})
    assert strategy.again(attempts_made=1, exit_code=1, reason=None, status_reason=None)
    assert not strategy.again(attempts_made=2, exit_code=1, reason=None, status_reason=None)


def test_without_a_strategy_there_is_one_attempt() -> None:
    assert not RetryStrategy.parse(None).again(attempts_made=1, exit_code=1, reason=None, status_reason=None)


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        ({"attempts": 0}, "between 1 and 10"),
        ({"attempts": 11}, "between 1 and 10"),
        ({"evaluateOnExit": [{"onExitCode": "1", "action": "EXIT"}]}, "attempts must be specified"),
        ({"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": "EXIT"}] * 6}, "at most 5"),
        ({"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": "STOP"}]}, "RETRY or EXIT"),
        ({"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}]}, "at least one of"),
        ({"attempts": 2, "evaluateOnExit": [{"onExitCode": "1x", "action": "EXIT"}]}, "onExitCode is '1x'"),
        ({"attempts": 2, "evaluateOnExit": [{"onExitCode": "*1", "action": "EXIT"}]}, "only at the end"),
        ({"attempts": 2, "evaluateOnExit": [{"onReason": "a*b", "action": "EXIT"}]}, "only at the end"),
        ({"attempts": 2, "evaluateOnExit": [{"onReason": "(x)", "action": "EXIT"}]}, "onReason"),
        ({"attempts": 2, "evaluateOnExit": [{"onStatusReason": "x" * 513, "action": "EXIT"}]}, "512"),
    ],
)
def test_refused_strategies(strategy: dict[str, Any], words: str) -> None:
    with pytest.raises(BatchError, match=re.escape(words)):
        RetryStrategy.parse(strategy)


codes = st.none() | st.integers(0, 255)
texts = st.text("aH 2.:", max_size=6)
patterns = st.builds(lambda text, star: text + star, texts, st.sampled_from(["", "*"]))
digits = st.builds(lambda n, star: n + star, st.text("0123", max_size=3), st.sampled_from(["", "*"]))
conditions_of = st.fixed_dictionaries(
    {"action": st.sampled_from(["RETRY", "EXIT", "retry", "exit"])},
    optional={"onExitCode": digits, "onReason": patterns, "onStatusReason": patterns},
).filter(lambda condition: len(condition) > 1)


@given(st.lists(conditions_of, max_size=5), codes, st.none() | texts, texts)
def test_the_first_full_match_decides(
    conditions: list[dict[str, str]], code: int | None, reason: str | None, status: str
) -> None:
    def hit(pattern: str | None, text: str) -> bool:
        return pattern is None or re.fullmatch(re.escape(pattern).replace(r"\*", "(?s:.*)"), text) is not None

    code_text = "" if code is None else str(code)
    expected = True
    for condition in conditions:
        if (
            hit(condition.get("onExitCode"), code_text)
            and hit(condition.get("onReason"), reason or "")
            and hit(condition.get("onStatusReason"), status)
        ):
            expected = condition["action"].upper() == "RETRY"
            break
    assert again(conditions, code=code, reason=reason, status=status) is expected
