from __future__ import annotations

import pytest
from support.definitions import OPEN, ec2, paths
from support.submitted_jobs import found, job, submitted

from batchwright.checks.rules.bw307_timeout import RULE

FITS = {
    "none": ec2(),
    "a minute": ec2(Timeout={"AttemptDurationSeconds": 60}),
    "as text": ec2(Timeout={"AttemptDurationSeconds": "3600"}),
    "open": ec2(Timeout={"AttemptDurationSeconds": OPEN}),
    "the wrong type": ec2(Timeout=[30]),
}

BREAKS = {
    "less than a minute": (ec2(Timeout={"AttemptDurationSeconds": 59}), "Timeout.AttemptDurationSeconds"),
    "part of a second": (ec2(Timeout={"AttemptDurationSeconds": 60.5}), "Timeout.AttemptDurationSeconds"),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where


def test_a_submission_overrides_it_within_the_same_range() -> None:
    template = submitted(job(), request={"Timeout": {"AttemptDurationSeconds": 59}})
    assert found(RULE, template) == [("Machine", "Definition.States.Submit0.Parameters.Timeout.AttemptDurationSeconds")]
    assert not found(RULE, submitted(job(), request={"Timeout": {"AttemptDurationSeconds.$": "$.seconds"}}))
