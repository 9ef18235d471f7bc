from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from local.engine.fair_shares import fair_queue, submit, weights
from local.engine.harness import Plan

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch

VCPUS = {"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "2"}]}}


def test_shares_take_turns_whoever_came_first(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=2)
    fair_queue(batch)
    for _ in range(6):
        submit(batch, "a")
    for _ in range(6):
        submit(batch, "b")
    batch.clock.run()
    order = batch.runner.order()
    assert all(set(order[n : n + 2]) == {"a", "b"} for n in range(0, 12, 2))


def test_without_a_policy_the_queue_is_first_in_first_out(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    for name in ("a", "a", "b"):
        batch.submit(name, schedulingPriorityOverride=9 if name == "b" else 0)
    batch.clock.run()
    assert batch.runner.order() == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        ({}, {"a": 4, "b": 4}),
        ({"a": 1.0, "b": 1.0}, {"a": 4, "b": 4}),
        ({"a": 0.125, "b": 1.0}, {"a": 7, "b": 1}),
        ({"a": 0.5, "b": 1.5}, {"a": 6, "b": 2}),
    ],
)
def test_a_lower_weight_factor_gets_more(
    make_batch: Callable[..., Batch], factors: dict[str, float], expected: dict[str, int]
) -> None:
    batch = make_batch(max_vcpus=8)
    fair_queue(batch, shareDistribution=weights(**factors))
    for _ in range(20):
        submit(batch, "a")
        submit(batch, "b")
    batch.clock.advance(0)
    assert Counter(batch.runner.order()) == expected


def test_a_beginning_with_a_star_weighs_all_shares_that_begin_so(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=12)
    fair_queue(batch, shareDistribution=weights(team_=0.2))
    for _ in range(20):
        for share in ("teamA", "teamB", "other"):
            submit(batch, share)
    batch.clock.advance(0)
    started = Counter(batch.runner.order())
    assert started["teamA"] == started["teamB"] >= 5
    assert 1 <= started["other"] <= 2


def test_the_past_counts_until_it_has_decayed(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    fair_queue(batch, shareDecaySeconds=3600)
    batch.runner.plan = lambda _: Plan(seconds=1799, boot=1)
    for _ in range(5):
        submit(batch, "early")
    batch.clock.advance(2 * 1800 + 900)
    for _ in range(3):
        submit(batch, "late")
    batch.clock.run()
    # The share that came later makes up for what the other one had.
    assert batch.runner.order()[:5] == ["early", "early", "early", "late", "late"]


def test_what_is_long_past_counts_no_more(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    fair_queue(batch, shareDecaySeconds=600)
    submit(batch, "a")
    batch.clock.run()
    batch.clock.advance(7 * 86_400)
    for share in ("a", "b", "a", "b"):
        submit(batch, share)
    batch.clock.run()
    assert batch.runner.order()[:3] == ["a", "a", "b"]


def test_scheduling_priority_counts_within_a_share_only(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    fair_queue(batch)
    submit(batch, "a", name="low", priority=1)
    submit(batch, "a", name="high", priority=9)
    submit(batch, "a", name="high2", priority=9)
    submit(batch, "b", name="other", priority=0)
    batch.clock.run()
    order = batch.runner.order()
    assert [name for name in order if name != "other"] == ["high", "high2", "low"]
    assert order.index("other") == 1


def test_the_definitions_priority_is_used_without_an_override(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    fair_queue(batch)
    batch.register("urgent", schedulingPriority=100)
    submit(batch, "a", name="low")
    batch.submit("high", jobQueue="fair", jobDefinition="urgent", shareIdentifier="a")
    batch.clock.run()
    assert batch.runner.order() == ["high", "low"]


@pytest.mark.parametrize(
    ("reservation", "shares", "running"),
    [(0, 1, 16), (50, 1, 8), (50, 2, 12), (50, 3, 14), (25, 1, 12), (25, 2, 15), (99, 1, 1)],
)
def test_a_reservation_keeps_room_for_shares_that_are_not_active(
    make_batch: Callable[..., Batch], reservation: int, shares: int, running: int
) -> None:
    batch = make_batch(max_vcpus=16)
    fair_queue(batch, computeReservation=reservation)
    for _ in range(20):
        for number in range(shares):
            submit(batch, f"s{number}")
    batch.clock.advance(0)
    assert len(batch.runner.attempts) == running
    submit(batch, "new")
    batch.clock.advance(0)
    # With another active share less is kept.
    left = 16 * (1 - (reservation / 100) ** (shares + 1)) - running
    assert ("new" in batch.runner.order()) is (left >= 1)


def test_a_job_that_waits_for_room_holds_back_the_others(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=2)
    fair_queue(batch)
    submit(batch, "a", name="running")
    batch.clock.advance(0)
    submit(batch, "b", name="large", **VCPUS)
    submit(batch, "a", name="small")
    batch.clock.run()
    assert batch.runner.order() == ["running", "large", "small"]


def test_a_changed_policy_counts_at_once(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=8)
    arn = fair_queue(batch)
    batch("UpdateSchedulingPolicy", arn=arn, fairsharePolicy={"shareDistribution": weights(a=0.125)})
    for _ in range(20):
        submit(batch, "a")
        submit(batch, "b")
    batch.clock.advance(0)
    assert Counter(batch.runner.order()) == {"a": 7, "b": 1}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"schedulingPriorityOverride": 1}, "shareIdentifier must be specified"),
        ({"shareIdentifier": "a"}, "Either schedulingPriority in job definition or schedulingPriorityOverride is"),
        ({"shareIdentifier": "a/b", "schedulingPriorityOverride": 1}, "letters and digits"),
        ({"shareIdentifier": "a" * 256, "schedulingPriorityOverride": 1}, "1 to 255"),
        ({"shareIdentifier": "a", "schedulingPriorityOverride": 10_000}, "between 0 and 9999"),
    ],
)
def test_refused_jobs(batch: Batch, members: dict[str, Any], words: str) -> None:
    fair_queue(batch)
    with pytest.raises(BatchError, match=words):
        batch.submit(jobQueue="fair", **members)


def test_five_hundred_shares_can_be_active(batch: Batch) -> None:
    fair_queue(batch)
    for number in range(500):
        submit(batch, f"s{number}")
    with pytest.raises(BatchError, match="500 active share identifiers"):
        submit(batch, "onemore")
    submit(batch, "s7")
    batch.clock.run()
    batch.clock.advance(601)
    submit(batch, "onemore")


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"shareDecaySeconds": 604_801}, "0 to 604800"),
        ({"computeReservation": 100}, "0 to 99"),
        ({"shareDistribution": weights(a=1000.0)}, "0.0001 to 999.9999"),
        ({"shareDistribution": [{"shareIdentifier": "a-b"}]}, "letters and digits"),
        ({"shareDistribution": weights(a_=1.0, ab=1.0)}, "do not overlap"),
        ({"shareDistribution": weights(**{f"s{n}": 1.0 for n in range(501)})}, "up to 500"),
    ],
)
def test_refused_policies(batch: Batch, policy: dict[str, Any], words: str) -> None:
    with pytest.raises(BatchError, match=words):
        batch("CreateSchedulingPolicy", name="p", fairsharePolicy=policy)
    arn = batch("CreateSchedulingPolicy", name="p", fairsharePolicy={})["arn"]
    with pytest.raises(BatchError, match=words):
        batch("UpdateSchedulingPolicy", arn=arn, fairsharePolicy=policy)


def test_a_policy_can_be_replaced_but_neither_added_nor_removed(batch: Batch) -> None:
    fair_queue(batch)
    other = batch("CreateSchedulingPolicy", name="other", fairsharePolicy={})["arn"]
    batch("UpdateJobQueue", jobQueue="fair", schedulingPolicyArn=other)
    with pytest.raises(BatchError, match="can be replaced but not removed"):
        batch("UpdateJobQueue", jobQueue="fair", schedulingPolicyArn="")
    with pytest.raises(BatchError, match="FIFO job queue"):
        batch("UpdateJobQueue", jobQueue="queue", schedulingPolicyArn=other)


def test_a_retry_gives_back_what_the_share_had(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    fair_queue(batch)
    batch.runner.exits(1, 0)
    job = submit(batch, "a", retryStrategy={"attempts": 2})
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
    snapshot = batch("GetJobQueueSnapshot", jobQueue="fair")["queueUtilization"]
    assert snapshot["fairshareUtilization"] == {"activeShareCount": 0, "topCapacityUtilization": []}
    assert snapshot["totalCapacityUsage"] == [{"capacityUnit": "VCPU", "quantity": 0.0}]
