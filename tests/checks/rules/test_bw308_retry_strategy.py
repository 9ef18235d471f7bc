from __future__ import annotations

import pytest
from support.definitions import OPEN, ec2, paths
from support.submitted_jobs import found, job, submitted

from batchwright.checks.rules.bw308_retry_strategy import RULE

FITS = {
    "none": ec2(),
    "10 attempts": ec2(RetryStrategy={"Attempts": 10}),
    "five rules": ec2(RetryStrategy={"Attempts": 2, "EvaluateOnExit": [{"Action": "EXIT", "OnReason": "*"}] * 5}),
    "open attempts": ec2(RetryStrategy={"Attempts": OPEN, "EvaluateOnExit": [{"Action": "EXIT"}]}),
    "no rules need no attempts": ec2(RetryStrategy={"EvaluateOnExit": []}),
    "open rules": ec2(RetryStrategy={"Attempts": 1, "EvaluateOnExit": [OPEN] * 6}),
    "the wrong types": ec2(RetryStrategy={"Attempts": [], "EvaluateOnExit": "x"}),
}

BREAKS = {
    "no attempt": (ec2(RetryStrategy={"Attempts": 0}), "RetryStrategy.Attempts"),
    "11 attempts": (ec2(RetryStrategy={"Attempts": 11}), "RetryStrategy.Attempts"),
    "six rules": (
        ec2(RetryStrategy={"Attempts": 2, "EvaluateOnExit": [{"Action": "EXIT", "OnReason": "*"}] * 6}),
        "RetryStrategy.EvaluateOnExit",
    ),
    "rules without attempts": (
        ec2(RetryStrategy={"EvaluateOnExit": [{"Action": "EXIT", "OnReason": "*"}]}),
        "RetryStrategy.Attempts",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where


def test_a_submission_overrides_it_within_the_same_range() -> None:
    template = submitted(job(), request={"RetryStrategy": {"Attempts": 11}})
    assert found(RULE, template) == [("Machine", "Definition.States.Submit0.Parameters.RetryStrategy.Attempts")]
    rules = [{"OnExitCode": "1", "Action": "EXIT"}]
    open_attempts = {"RetryStrategy": {"Attempts.$": "$.attempts", "EvaluateOnExit": rules}}
    assert not found(RULE, submitted(job(), request=open_attempts))
