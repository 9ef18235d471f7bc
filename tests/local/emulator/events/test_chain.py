from __future__ import annotations

from batchwright.local.emulator.events.chain import ChainGuard


def fire(guard: ChainGuard, job: str, *, starts_work: bool = True) -> bool:
    """A rule reacts to an event of `job` by submitting `job` + "+"."""
    with guard.event_of_job(job), guard.delivery("rule", "arn:target", starts_work=starts_work) as allowed:
        if allowed:
            guard.job_submitted(job + "+")
        return allowed


def test_a_chain_ends_at_its_depth() -> None:
    guard = ChainGuard(max_depth=3)

    assert [fire(guard, "job" + "+" * step) for step in range(5)] == [True, True, True, False, True]
    assert len(guard.refused) == 1
    assert "3 rules fired one because of the other" in guard.refused[0]


def test_children_count_as_their_array() -> None:
    guard = ChainGuard(max_depth=1)
    fire(guard, "a")

    with guard.event_of_job("a+:7"), guard.delivery("rule", "arn", starts_work=False) as allowed:
        assert not allowed


def test_independent_work_is_never_deep() -> None:
    guard = ChainGuard(max_depth=1)

    assert all(fire(guard, f"job-{number}") for number in range(50))


def test_the_brake_counts_a_minute() -> None:
    now = 0.0
    guard = ChainGuard(max_starts=2, now=lambda: now)

    assert [fire(guard, "a"), fire(guard, "b"), fire(guard, "c")] == [True, True, False]
    assert fire(guard, "d", starts_work=False)
    now = 61.0
    assert fire(guard, "e")
    assert "within a minute" in guard.refused[0]
