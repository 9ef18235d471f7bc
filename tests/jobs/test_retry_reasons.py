"""The presets against reasons that AWS Batch gave, as users have recorded them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from batchwright import Platform, RetryStrategy
from batchwright.local.engine.definitions.retries import RetryStrategy as Evaluator
from batchwright.model.retries import MAX_RULES, unmatched_problems

REASONS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("status_reasons.json").read_text())
PRESETS = {
    "interruptions": RetryStrategy.interruptions(),
    "out_of_memory": RetryStrategy.interruptions(out_of_memory=True),
    "always": RetryStrategy.always(),
    "never": RetryStrategy.never(),
}


def retried(strategy: RetryStrategy, reason: dict[str, Any]) -> bool:
    rules = [
        {
            "action": rule.action,
            **({"onExitCode": rule.on_exit_code} if rule.on_exit_code else {}),
            **({"onReason": rule.on_reason} if rule.on_reason else {}),
            **({"onStatusReason": rule.on_status_reason} if rule.on_status_reason else {}),
        }
        for rule in strategy.rules_on(Platform(reason.get("platform", "EC2")))
    ]
    batch = Evaluator.parse({"attempts": strategy.attempts, "evaluateOnExit": rules})
    ended = {name: reason[name] for name in ("exit_code", "reason", "status_reason")}
    return batch.again(attempts_made=1, **ended)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason["why"])
@pytest.mark.parametrize("preset", ["interruptions", "out_of_memory"])
def test_what_is_not_the_programs_fault_is_retried(preset: str, reason: dict[str, Any]) -> None:
    expected = reason["retried"] is True or reason["retried"] == preset
    assert retried(PRESETS[preset], reason) is expected


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason["why"])
def test_always_is_always_and_never_is_never(reason: dict[str, Any]) -> None:
    assert retried(PRESETS["always"], reason)
    assert not retried(PRESETS["never"], reason)


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_taken_and_say_what_happens_to_the_rest(preset: str) -> None:
    strategy = PRESETS[preset]
    assert not strategy.problems()
    assert len(strategy.rules) <= MAX_RULES
    patterns = [
        (rule.action, [each for each in (rule.on_exit_code, rule.on_reason, rule.on_status_reason) if each])
        for rule in strategy.rules
    ]
    assert not unmatched_problems(patterns)
