from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.engine.fair_shares import fair_queue, submit

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch


def front(batch: Batch, queue: str) -> list[str]:
    """Ids of the jobs in front of a queue, in order."""
    jobs = batch("GetJobQueueSnapshot", jobQueue=queue)["frontOfQueue"]["jobs"]
    return [job["jobArn"].rpartition("/")[2] for job in jobs]


def test_the_first_hundred_in_the_order_of_submission(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    ids = [batch.submit(f"j{n}") for n in range(120)]
    batch.clock.advance(5)
    assert front(batch, "queue") == ids[1:101]
    batch("CancelJob", jobId=ids[3], reason="r")
    assert front(batch, "queue")[:4] == [ids[1], ids[2], ids[4], ids[5]]


def test_children_stand_in_the_queue_and_their_parent_does_not(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    parent = batch.submit(arrayProperties={"size": 4})
    batch.clock.advance(0)
    assert front(batch, "queue") == [f"{parent}:{n}" for n in (1, 2, 3)]


def test_since_when_a_job_is_where_it_is(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    batch.submit("a")
    batch.submit("b")
    batch.clock.advance(5)
    batch.submit("c")
    batch.clock.advance(1)
    start = 1_700_000_000_000
    jobs = batch("GetJobQueueSnapshot", jobQueue="queue")["frontOfQueue"]["jobs"]
    assert [job["earliestTimeAtPosition"] for job in jobs] == [start, start + 5_000]
    batch.clock.advance(10)
    (job,) = batch("GetJobQueueSnapshot", jobQueue="queue")["frontOfQueue"]["jobs"]
    assert job["earliestTimeAtPosition"] == start + 11_000


def test_the_order_in_which_shares_would_be_served(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    fair_queue(batch)
    submit(batch, "a")
    batch.clock.advance(0)
    waiting = {name: submit(batch, name[0], name=name) for name in ("a1", "a2", "b1", "b2")}
    batch.clock.advance(1)
    names = {ident: name for name, ident in waiting.items()}
    assert [names[ident] for ident in front(batch, "fair")] == ["b1", "b2", "a1", "a2"]


def test_what_shares_hold(batch: Batch) -> None:
    fair_queue(batch)
    for number in range(25):
        for _ in range(number + 1):
            submit(batch, f"s{number:02}")
    batch.clock.advance(0)
    used = batch("GetJobQueueSnapshot", jobQueue="fair")["queueUtilization"]
    running = len(batch.runner.attempts)
    assert used["totalCapacityUsage"] == [{"capacityUnit": "VCPU", "quantity": float(running)}]
    shares = used["fairshareUtilization"]
    assert shares["activeShareCount"] == 25
    assert len(shares["topCapacityUtilization"]) == 20
    held = [share["capacityUsage"][0]["quantity"] for share in shares["topCapacityUtilization"]]
    assert held == sorted(held, reverse=True)


def test_the_unit_on_eks_is_cpu(eks: Batch) -> None:
    used = eks("GetJobQueueSnapshot", jobQueue="eks")["queueUtilization"]
    assert used["totalCapacityUsage"] == [{"capacityUnit": "cpu", "quantity": 0.0}]


def test_an_unknown_queue(batch: Batch) -> None:
    with pytest.raises(BatchError, match="JobQueue none not found"):
        batch("GetJobQueueSnapshot", jobQueue="none")
