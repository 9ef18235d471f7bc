from __future__ import annotations

import pytest
from support.definitions import OPEN, Template, ec2, paths
from support.submitted_jobs import found, job, submitted

from batchwright.checks.rules.bw309_retry_patterns import RULE


def rules(*several: object) -> Template:
    return ec2(RetryStrategy={"Attempts": 3, "EvaluateOnExit": list(several)})


FITS = {
    "patterns as AWS documents them": rules(
        {"Action": "RETRY", "OnStatusReason": "Host EC2*"},
        {"Action": "retry", "OnReason": "CannotPullContainerError:*"},
        {"Action": "EXIT", "OnExitCode": "13*"},
        {"Action": "EXIT", "OnReason": "*"},
    ),
    "an exit code as a number": rules({"Action": "EXIT", "OnExitCode": 137}),
    "512 characters": rules({"Action": "EXIT", "OnReason": "a" * 512}),
    "open and empty": rules({"Action": OPEN, "OnReason": OPEN, "OnExitCode": ""}, OPEN),
    "the wrong types": rules({"Action": [], "OnReason": {}}, "EXIT", 1),
}

BREAKS = {
    "letters in an exit code": (
        rules({"Action": "EXIT", "OnExitCode": "1x"}),
        "RetryStrategy.EvaluateOnExit[0].OnExitCode",
    ),
    "a star that is not the last": (
        rules({"Action": "RETRY", "OnReason": "*Error*"}),
        "RetryStrategy.EvaluateOnExit[0].OnReason",
    ),
    "a hyphen": (
        rules({"Action": "EXIT", "OnReason": "*"}, {"Action": "EXIT", "OnStatusReason": "host-gone*"}),
        "RetryStrategy.EvaluateOnExit[1].OnStatusReason",
    ),
    "too long": (rules({"Action": "EXIT", "OnReason": "a" * 513}), "RetryStrategy.EvaluateOnExit[0].OnReason"),
    "another action": (rules({"Action": "STOP", "OnReason": "*"}), "RetryStrategy.EvaluateOnExit[0].Action"),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where


def test_patterns_of_a_submission_are_judged_likewise() -> None:
    strategy = {"Attempts": 2, "EvaluateOnExit": [{"OnExitCode": "1*2", "Action": "RETRY"}]}
    where = "Definition.States.Submit0.Parameters.RetryStrategy.EvaluateOnExit[0].OnExitCode"
    assert found(RULE, submitted(job(), request={"RetryStrategy": strategy})) == [("Machine", where)]
