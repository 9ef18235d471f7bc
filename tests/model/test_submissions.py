from __future__ import annotations

import pytest

from batchwright.model.submissions import (
    array_size_problems,
    dependency_problems,
    multiplied_retry_problems,
    share_priority_problems,
    share_problems,
    submission_size_problems,
)


@pytest.mark.parametrize(
    ("size", "fix"),
    [
        (1, "Submit a single job."),
        (0, "Use a whole number from 2."),
        (2.5, "Use a whole number from 2."),
        (10_001.0, "Split the work into more than one array."),
        (float("nan"), "Use a whole number from 2."),
        (float("inf"), "Split the work into more than one array."),
    ],
)
def test_a_size_that_batch_refuses_says_what_to_do(size: float, fix: str) -> None:
    (problem,) = array_size_problems(size, field="Run.size")
    assert problem.field == "Run.size"
    assert problem.fix == fix


@pytest.mark.parametrize("size", [None, 2, 10_000, 500.0])
def test_other_sizes_are_taken(size: float | None) -> None:
    assert not array_size_problems(size)


def test_limits_themselves_are_taken() -> None:
    assert not dependency_problems(20)
    assert dependency_problems(21)
    assert not submission_size_problems(30 * 1024)
    assert submission_size_problems(30 * 1024 + 1)


@pytest.mark.parametrize("fair_share", [True, False, None])
@pytest.mark.parametrize("has_share", [True, False, None])
def test_share_and_queue_go_together(fair_share: bool | None, has_share: bool | None) -> None:
    wrong = (fair_share, has_share) in {(True, False), (False, True)}
    assert bool(share_problems(fair_share=fair_share, has_share=has_share)) == wrong
    refused = fair_share is True and has_share is False
    assert bool(share_priority_problems(fair_share=fair_share, has_priority=has_share)) == refused


@pytest.mark.parametrize(
    ("attempts", "state_attempts", "wrong"), [(None, 4, False), (1, 4, False), (3, 1, False), (3, 4, True)]
)
def test_retries_multiply_only_in_both_places(attempts: float | None, state_attempts: float, wrong: bool) -> None:
    assert bool(multiplied_retry_problems(attempts=attempts, state_attempts=state_attempts)) == wrong
