from __future__ import annotations

import pytest

from batchwright.local.emulator.stepfunctions.tasks.retries import Retries, catcher, matches


@pytest.mark.parametrize(
    ("names", "error", "found"),
    [
        (["Boom"], "Boom", True),
        (["Boom"], "Other", False),
        (["States.ALL"], "Boom", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.Runtime"], "States.Runtime", True),
        (["States.TaskFailed"], "Batch.ClientException", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.TaskFailed"], "States.HeartbeatTimeout", False),
        (["States.TaskFailed"], "States.Runtime", False),
        (["States.Timeout"], "States.HeartbeatTimeout", True),
        (["States.HeartbeatTimeout"], "States.Timeout", False),
    ],
)
def test_what_a_name_stands_for(names: list[str], error: str, found: bool) -> None:
    assert matches(names, error) is found


def test_delays_grow_to_their_limit() -> None:
    retries = Retries(
        [{"ErrorEquals": ["E"], "IntervalSeconds": 3, "BackoffRate": 3, "MaxDelaySeconds": 20, "MaxAttempts": 4}]
    )

    assert [retries.delay("E") for _ in range(5)] == [3, 9, 20, 20, None]
    assert retries.count == 4


def test_delays_without_a_limit_grow_beyond_a_minute() -> None:
    retries = Retries([{"ErrorEquals": ["E"], "IntervalSeconds": 40}])

    assert [retries.delay("E") for _ in range(4)] == [40, 80, 160, None]


def test_a_jitter_draws_between_nothing_and_the_delay() -> None:
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return high / 2

    retries = Retries([{"ErrorEquals": ["E"], "IntervalSeconds": 8, "JitterStrategy": "FULL"}], draw=draw)

    assert [retries.delay("E"), retries.delay("E")] == [4, 8]
    assert drawn == [(0, 8), (0, 16)]


def test_each_retrier_counts_for_itself_and_the_first_that_matches_decides() -> None:
    retries = Retries([{"ErrorEquals": ["E"], "MaxAttempts": 1}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}])

    assert [retries.delay("E"), retries.delay("F"), retries.delay("E"), retries.delay("F")] == [1, 1, None, None]


def test_no_attempts_is_no_retry() -> None:
    assert Retries([{"ErrorEquals": ["E"], "MaxAttempts": 0}]).delay("E") is None
    assert Retries([]).delay("E") is None


def test_the_first_catcher_that_matches() -> None:
    catchers = [{"ErrorEquals": ["E"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}]

    assert catcher(catchers, "E") == catchers[0]
    assert catcher(catchers, "F") == catchers[1]
    assert catcher(catchers, "States.Runtime") is None


def test_delays_of_very_many_attempts_stay_at_their_limit() -> None:
    retries = Retries([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5_000, "MaxDelaySeconds": 2}])

    assert {retries.delay("E") for _ in range(5_000)} == {1.0, 2.0}
