from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from batchwright.model.fair_share import overlap_problems

SHARE = st.from_regex(r"[ab]{1,3}\*?", fullmatch=True)


def means(share: str, identifier: str) -> bool:
    return identifier.startswith(share[:-1]) if share.endswith("*") else identifier == share


@given(shares=st.lists(SHARE, max_size=5))
@settings(max_examples=300, deadline=None)
def test_shares_overlap_when_a_job_could_be_of_two(shares: list[str]) -> None:
    jobs = [f"{share.removesuffix('*')}" for share in shares]
    overlap = any(sum(means(share, job) for share in shares) > 1 for job in jobs)
    assert bool(overlap_problems(shares)) is overlap


def test_each_overlapping_share_is_named_once() -> None:
    found = overlap_problems(["User*", "UserA", "UserB", "other", "other"])
    assert [problem.value for problem in found] == ["UserA", "UserB", "other"]
    assert "'User*'" in found[0].allowed
