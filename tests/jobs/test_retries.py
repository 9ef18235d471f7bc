from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.parts import job_of
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import RetryRule, RetryStrategy

RETRY = RetryRule(action="RETRY", on_exit_code="137")


def rendered(strategy: RetryStrategy, kind: str = "EC2") -> dict[str, Any]:
    stack = new_stack()
    job_of(stack, kind, retries=strategy)
    answer: dict[str, Any] = synthesize(stack).only("AWS::Batch::JobDefinition")["RetryStrategy"]
    return answer


def test_interruptions_are_retried_and_failures_are_not() -> None:
    rules = rendered(RetryStrategy.interruptions(attempts=5))["EvaluateOnExit"]
    assert rules == [
        {"Action": "RETRY", "OnStatusReason": "Host EC2*"},
        {"Action": "RETRY", "OnStatusReason": "Your Spot Task was interrupted*"},
        {"Action": "RETRY", "OnReason": "CannotPullContainerError*"},
        {"Action": "RETRY", "OnReason": "DockerTimeoutError*"},
        {"Action": "EXIT", "OnReason": "*"},
    ]


@pytest.mark.parametrize("kind", ["FARGATE", "FARGATE_SPOT"])
def test_fargate_gives_other_reasons(kind: str) -> None:
    rules = rendered(RetryStrategy.interruptions(), kind)["EvaluateOnExit"]
    assert rules == [
        {"Action": "RETRY", "OnStatusReason": "Your Spot Task was interrupted*"},
        {"Action": "RETRY", "OnStatusReason": "CannotPullContainerError*"},
        {"Action": "RETRY", "OnReason": "CannotPullContainerError*"},
        {"Action": "RETRY", "OnStatusReason": "Timeout waiting for network interface*"},
        {"Action": "EXIT", "OnReason": "*"},
    ]


def test_own_rules_are_those_of_fargate_too_unless_it_has_others() -> None:
    own = RetryStrategy(attempts=2, rules=(RETRY,))
    assert rendered(own, "FARGATE") == rendered(own)
    nothing = RetryStrategy(attempts=2, rules=(RETRY,), fargate_rules=())
    assert rendered(nothing, "FARGATE") == {"Attempts": 2}
    assert rendered(nothing) == rendered(own)


def test_rules_for_fargate_are_judged_alike() -> None:
    wrong = RetryStrategy(attempts=2, fargate_rules=(RETRY,) * 5 + (RetryRule(action="EXIT", on_reason="-"),))
    assert [problem.field for problem in wrong.problems()] == [
        "retries.fargate_rules",
        "retries.fargate_rules[5].on_reason",
    ]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (RetryStrategy.always(), {"Attempts": 3}),
        (RetryStrategy.always(attempts=10), {"Attempts": 10}),
        (RetryStrategy.never(), {"Attempts": 1}),
        (
            RetryStrategy(attempts=2, rules=(RETRY,)),
            {"Attempts": 2, "EvaluateOnExit": [{"Action": "RETRY", "OnExitCode": "137"}]},
        ),
    ],
)
def test_presets_and_own_rules(strategy: RetryStrategy, expected: dict[str, Any]) -> None:
    assert rendered(strategy) == expected


@pytest.mark.parametrize("attempts", [0, -1, 11, 20])
def test_attempts_are_1_to_10(attempts: int) -> None:
    assert fields(refused(lambda: job_of(new_stack(), "EC2", retries=RetryStrategy(attempts=attempts)))) == [
        "retries.attempts"
    ]


def test_batch_reads_five_rules() -> None:
    assert not RetryStrategy(attempts=2, rules=(RETRY,) * 5).problems()
    (problem,) = RetryStrategy(attempts=2, rules=(RETRY,) * 6).problems()
    assert problem.field == "retries.rules"


@pytest.mark.parametrize("code", ["0", "137", "13*", "*", "1" * 512])
def test_exit_codes_that_batch_takes(code: str) -> None:
    assert not RetryRule(action="EXIT", on_exit_code=code).problems("rule")


@pytest.mark.parametrize("code", ["", "-1", "1*3", "**", "a", "1.5", "1" * 513, "137\n"])
def test_exit_codes_that_batch_refuses(code: str) -> None:
    (problem,) = RetryRule(action="EXIT", on_exit_code=code).problems("rule")
    assert problem.field == "rule.on_exit_code"


@pytest.mark.parametrize("reason", ["*", "Host EC2*", "Error: 1.2", "x" * 512])
def test_reasons_that_batch_takes(reason: str) -> None:
    assert not RetryRule(action="EXIT", on_reason=reason, on_status_reason=reason).problems("rule")


@pytest.mark.parametrize("reason", ["", "*x", "out-of-memory", "a*b", "(x)", "x" * 513])
def test_reasons_that_batch_refuses(reason: str) -> None:
    found = RetryRule(action="EXIT", on_reason=reason, on_status_reason=reason).problems("rule")
    assert [problem.field for problem in found] == ["rule.on_reason", "rule.on_status_reason"]


def test_patterns_known_only_at_deployment_are_not_judged() -> None:
    text = cdk.CfnParameter(new_stack(), "Pattern").value_as_string
    assert not RetryRule(action="EXIT", on_exit_code=text, on_reason=text, on_status_reason=text).problems("rule")


def test_a_rule_matches_something() -> None:
    (problem,) = RetryRule(action="EXIT").problems("rule")
    assert problem.field == "rule"


@pytest.mark.parametrize("action", ["STOP", "", "retry"])
def test_an_action_is_retry_or_exit(action: Any) -> None:  # noqa: ANN401
    (problem,) = RetryRule(action=action, on_reason="*").problems("rule")
    assert problem.field == "rule.action"


def test_each_wrong_rule_is_named_by_its_place() -> None:
    rules = (RETRY, RetryRule(action="EXIT", on_exit_code="x"), RetryRule(action="EXIT", on_reason="-"))
    error = refused(lambda: job_of(new_stack(), "EC2", retries=RetryStrategy(attempts=0, rules=rules)))
    assert fields(error) == ["retries.attempts", "retries.rules[1].on_exit_code", "retries.rules[2].on_reason"]


@given(text=st.text(max_size=20), attempts=st.integers(-5, 15))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_any_text_has_an_answer(text: str, attempts: int) -> None:
    found = RetryStrategy(attempts=attempts, rules=(RetryRule(action="RETRY", on_reason=text),)).problems()
    assert ("retries.attempts" in [problem.field for problem in found]) is not (1 <= attempts <= 10)


def test_wrong_kinds_are_named() -> None:
    code: Any = 137
    rules: Any = [RetryRule(action="RETRY", on_exit_code=code), "RETRY"]
    attempts: Any = "3"
    assert [problem.field for problem in RetryStrategy(attempts=2, rules=rules[:1]).problems()] == [
        "retries.rules[0].on_exit_code"
    ]
    wrong = RetryStrategy(attempts=attempts, rules=rules).problems()
    assert [problem.field for problem in wrong] == ["retries.attempts", "retries.rules[1]"]
