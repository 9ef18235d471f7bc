from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batchwright.local.engine import Attempt, BatchError, Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch, Plan

FAILED = "Dependent Job failed"


def fail(plan: type[Plan], *names: str) -> Callable[[Attempt], Plan]:
    return lambda attempt: plan(exit=Exit(exit_code=int(attempt.job_name in names)))


def test_a_job_waits_for_all_it_depends_on(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = lambda attempt: plan(seconds=30 if attempt.job_name == "long" else 5)
    short, long = batch.submit("short"), batch.submit("long")
    last = batch.submit("last", dependsOn=[{"jobId": short}, {"jobId": long}, {"jobId": long}])
    batch.clock.advance(20)
    assert (batch.status(short), batch.status(last)) == ("SUCCEEDED", "PENDING")
    batch.clock.run()
    assert batch.told(last) == ["PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
    assert batch.runner.order()[-1] == "last"
    assert batch.job(last)["dependsOn"] == [{"jobId": short}, {"jobId": long}, {"jobId": long}]


def test_a_dependency_that_succeeded_before_holds_nothing_back(batch: Batch) -> None:
    first = batch.submit()
    batch.clock.run()
    second = batch.submit(dependsOn=[{"jobId": first}])
    batch.clock.run()
    assert "PENDING" not in batch.told(second)


def test_failure_goes_down_the_chain(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = fail(plan, "a")
    a = batch.submit("a")
    b = batch.submit("b", dependsOn=[{"jobId": a}])
    c = batch.submit("c", dependsOn=[{"jobId": b}])
    batch.clock.run()
    assert [batch.job(job)["statusReason"] for job in (b, c)] == [FAILED, FAILED]
    assert batch.told(c) == ["PENDING", "FAILED"]
    assert batch.runner.order() == ["a"]
    late = batch.submit("late", dependsOn=[{"jobId": a}])
    batch.clock.run()
    assert batch.job(late)["statusReason"] == FAILED


def test_a_failure_does_not_wait_for_the_other_dependencies(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = lambda a: plan(
        seconds=100 if a.job_name == "slow" else 1, exit=Exit(exit_code=int(a.job_name != "slow"))
    )
    slow, bad = batch.submit("slow"), batch.submit("bad")
    job = batch.submit(dependsOn=[{"jobId": slow}, {"jobId": bad}])
    batch.clock.advance(10)
    assert (batch.status(job), batch.status(slow)) == ("FAILED", "RUNNING")
    batch.clock.run()
    batch.check_events()


def test_an_array_waits_as_a_whole(batch: Batch) -> None:
    first = batch.submit("first")
    array = batch.submit("array", dependsOn=[{"jobId": first}], arrayProperties={"size": 3})
    after = batch.submit("after", dependsOn=[{"jobId": array}])
    batch.clock.run()
    assert batch.runner.order() == ["first", "array", "array", "array", "after"]
    assert batch.status(after) == "SUCCEEDED"


def test_an_array_fails_with_its_dependency(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = fail(plan, "first")
    first = batch.submit("first")
    array = batch.submit("array", dependsOn=[{"jobId": first}], arrayProperties={"size": 3})
    batch.clock.run()
    assert [batch.job(f"{array}:{n}")["statusReason"] for n in range(3)] == [FAILED] * 3
    assert batch.job(array)["statusReason"] == FAILED
    assert batch.told(array) == ["PENDING", "FAILED"]


def test_sequential_children_run_one_after_another(batch: Batch) -> None:
    batch.submit(arrayProperties={"size": 5}, dependsOn=[{"type": "SEQUENTIAL"}])
    batch.clock.run()
    assert [attempt.array_index for attempt in batch.runner.attempts] == [0, 1, 2, 3, 4]
    assert batch.runner.most_running == 1


def test_a_failure_in_a_long_sequence_ends_the_rest(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = lambda a: plan(exit=Exit(exit_code=int(a.array_index == 2)))
    array = batch.submit(arrayProperties={"size": 5_000}, dependsOn=[{"type": "SEQUENTIAL"}])
    batch.clock.run()
    assert len(batch.runner.attempts) == 3
    assert batch.job(array)["arrayProperties"]["statusSummary"]["FAILED"] == 4_998
    assert batch.job(f"{array}:4999")["statusReason"] == FAILED


def test_n_to_n(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = lambda a: plan(
        seconds=10 * (3 - a.array_index), exit=Exit(exit_code=int(a.job_name == "first" and a.array_index == 1))
    )
    first = batch.submit("first", arrayProperties={"size": 3})
    second = batch.submit("second", arrayProperties={"size": 3}, dependsOn=[{"jobId": first, "type": "N_TO_N"}])
    batch.clock.advance(15)
    assert (batch.status(f"{first}:2"), batch.status(f"{second}:2")) == ("SUCCEEDED", "RUNNING")
    assert batch.status(f"{second}:0") == "PENDING"
    batch.clock.run()
    assert [batch.status(f"{second}:{n}") for n in range(3)] == ["SUCCEEDED", "FAILED", "SUCCEEDED"]
    assert batch.job(f"{second}:1")["statusReason"] == FAILED


def test_n_to_n_with_sequential(batch: Batch) -> None:
    first = batch.submit("first", arrayProperties={"size": 3})
    depends = [{"jobId": first, "type": "N_TO_N"}, {"type": "SEQUENTIAL"}]
    second = batch.submit("second", arrayProperties={"size": 3}, dependsOn=depends)
    batch.clock.run()
    assert [a.array_index for a in batch.runner.attempts if a.job_name == "second"] == [0, 1, 2]
    assert batch.status(second) == "SUCCEEDED"


def test_n_to_n_needs_arrays_of_one_size(batch: Batch) -> None:
    single, array = batch.submit(), batch.submit(arrayProperties={"size": 2})
    for other in (single, array):
        with pytest.raises(BatchError, match="same size, 3"):
            batch.submit(arrayProperties={"size": 3}, dependsOn=[{"jobId": other, "type": "N_TO_N"}])


def test_a_job_can_wait_for_one_child(batch: Batch) -> None:
    array = batch.submit("array", arrayProperties={"size": 2})
    job = batch.submit("job", dependsOn=[{"jobId": f"{array}:1"}])
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
