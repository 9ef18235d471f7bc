from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.engine.node_jobs import submit as submit_nodes

from batchwright.local.engine import BatchError, EngineLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch

DAY = 86_400


def known(batch: Batch, *idents: str) -> list[bool]:
    found = {job["jobId"] for job in batch("DescribeJobs", jobs=list(idents))["jobs"]}
    return [ident in found for ident in idents]


def test_jobs_are_known_for_seven_days_after_their_end(batch: Batch) -> None:
    first = batch.submit()
    batch.clock.run()
    batch.clock.advance(6 * DAY)
    batch.submit()
    batch.clock.run()
    assert known(batch, first) == [True]
    batch.clock.advance(DAY)
    batch.submit()
    batch.clock.run()
    assert known(batch, first) == [False]
    assert len(batch("ListJobs", jobQueue="queue", jobStatus="SUCCEEDED")["jobSummaryList"]) == 2


def test_an_idle_engine_forgets_too(batch: Batch) -> None:
    job = batch.submit()
    batch.clock.run()
    batch.clock.advance(7 * DAY - 20)
    assert known(batch, job) == [True]
    batch.clock.advance(21)
    assert known(batch, job) == [False]
    assert batch("ListJobs", jobQueue="queue", jobStatus="SUCCEEDED")["jobSummaryList"] == []


def test_a_job_that_runs_is_never_forgotten(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(limits=EngineLimits(keep_finished_seconds=10))
    waiting = batch.submit(containerOverrides={"resourceRequirements": [{"type": "VCPU", "value": "300"}]})
    batch.queue("other", "environment")
    for _ in range(5):
        batch.submit(jobQueue="other")
        batch.clock.run()
        batch.clock.advance(60)
    assert known(batch, waiting) == [True]


def test_the_oldest_go_first_when_there_are_too_many(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(limits=EngineLimits(keep_finished_jobs=3))
    idents = []
    for _ in range(6):
        idents.append(batch.submit())
        batch.clock.run()
    assert known(batch, *idents) == [False, False, False, True, True, True]


def test_an_array_goes_with_its_children_and_a_job_with_its_nodes(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(limits=EngineLimits(keep_finished_jobs=4))
    array = batch.submit(arrayProperties={"size": 2})
    batch.clock.run()
    assert known(batch, array, f"{array}:1") == [True, True]
    nodes = submit_nodes(batch)
    batch.clock.run()
    assert known(batch, array, f"{array}:1", nodes, f"{nodes}#2") == [False, False, True, True]
    batch.submit()
    batch.clock.run()
    assert known(batch, nodes, f"{nodes}#2") == [False, False]


@pytest.mark.parametrize("ident", [":0", "#0", "x:0", "", "nothing"])
def test_no_such_job(batch: Batch, ident: str) -> None:
    assert known(batch, ident) == [False]


@pytest.mark.parametrize("suffix", [":2", ":-1", ":01", ":x", "#0", ":", ":0:0"])
def test_no_such_child(batch: Batch, suffix: str) -> None:
    array = batch.submit(arrayProperties={"size": 2})
    assert known(batch, array, f"{array}:0", f"{array}{suffix}") == [True, True, False]


def test_a_forgotten_job_is_no_dependency(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(limits=EngineLimits(keep_finished_jobs=1))
    first = batch.submit()
    batch.clock.run()
    batch.submit()
    batch.clock.run()
    with pytest.raises(BatchError, match="does not exist"):
        batch.submit(dependsOn=[{"jobId": first}])
    with pytest.raises(BatchError, match="does not exist"):
        batch.engine.wait(first, 0)


def test_a_million_jobs_in_submitted_are_the_most(make_batch: Callable[..., Batch]) -> None:
    assert EngineLimits().max_submitted == 1_000_000
    batch = make_batch(limits=EngineLimits(max_submitted=5))
    batch.submit(arrayProperties={"size": 4})
    with pytest.raises(BatchError, match="at most 5 jobs in SUBMITTED"):
        batch.submit()
    batch.clock.advance(0)
    batch.submit()


def test_many_are_cancelled_or_terminated_at_once(batch: Batch) -> None:
    idents = [batch.submit() for _ in range(3)]
    assert batch("CancelJobs", jobs=idents[:2], reason="r") == {"successful": idents[:2], "errors": []}
    batch.clock.advance(2)
    batch("CancelJobs", jobs=idents[2:], reason="r")
    batch("TerminateJobs", jobs=[idents[2], "unknown"], reason="stop")
    batch.clock.run()
    reasons = [batch.job(ident)["statusReason"] for ident in idents]
    assert reasons == ["r", "r", "stop"]
    with pytest.raises(BatchError, match="1 to 50"):
        batch("TerminateJobs", jobs=["x"] * 51, reason="r")
