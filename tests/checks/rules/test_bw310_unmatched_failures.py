from __future__ import annotations

import pytest
from support.definitions import OPEN, Template, ec2, paths

from batchwright.checks.rules.bw310_unmatched_failures import RULE


def rules(*several: object) -> Template:
    return ec2(RetryStrategy={"Attempts": 3, "EvaluateOnExit": list(several)})


FITS = {
    "none": ec2(),
    "a last rule for the rest": rules(
        {"Action": "RETRY", "OnStatusReason": "Host EC2*"}, {"Action": "EXIT", "OnReason": "*"}
    ),
    "EXIT rules mean that the rest is retried": rules({"Action": "EXIT", "OnExitCode": "2"}),
    "EXIT rules after it mean that the rest is retried": rules(
        {"Action": "RETRY", "OnStatusReason": "Host EC2*"}, {"Action": "EXIT", "OnExitCode": "2*"}
    ),
    "a single attempt": ec2(
        RetryStrategy={"Attempts": 1, "EvaluateOnExit": [{"Action": "RETRY", "OnStatusReason": "Host EC2*"}]}
    ),
    "an open rule": rules({"Action": "RETRY", "OnStatusReason": "Host EC2*"}, OPEN),
    "an open pattern": rules({"Action": "RETRY", "OnStatusReason": OPEN}),
    "the wrong types": rules({"Action": []}, 1),
}

BREAKS = {
    "no rule for the rest": (
        rules({"Action": "RETRY", "OnStatusReason": "Host EC2*"}),
        "RetryStrategy.EvaluateOnExit",
    ),
    "EXIT before it": (
        rules({"Action": "EXIT", "OnExitCode": "1"}, {"Action": "retry", "OnReason": "Docker*"}),
        "RetryStrategy.EvaluateOnExit",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
