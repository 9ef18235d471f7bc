from __future__ import annotations

from support.checks import violations
from support.submitted_jobs import found, job, submitted

from batchwright.checks.rules.bw407_submission_size import RULE


def variables(size: int, name: str = "Value") -> dict[str, object]:
    return {"ContainerOverrides": {"Environment": [{"Name": "DATA", name: "x" * size}]}}


def test_a_long_submission_is_found() -> None:
    assert found(RULE, submitted(job(), request=variables(31_000))) == [
        ("Machine", "Definition.States.Submit0.Parameters")
    ]


def test_bytes_count_and_not_characters() -> None:
    request = {"Parameters": {"text": "ü" * 16_000}}
    assert len(violations(RULE, submitted(job(), request=request))) == 1


def test_short_and_open_ones_are_accepted() -> None:
    assert not violations(RULE, submitted(job(), request=variables(29_000)))
    assert not violations(RULE, submitted(job(), request=variables(31_000, "Value.$")))
