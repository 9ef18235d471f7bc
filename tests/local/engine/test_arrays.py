from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.engine import Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch, Plan


def children(batch: Batch, parent: str, **members: object) -> list[dict[str, Any]]:
    statuses = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
    found = [
        job
        for status in statuses
        for job in batch("ListJobs", arrayJobId=parent, jobStatus=status, **members)["jobSummaryList"]
    ]
    return sorted(found, key=lambda job: job["arrayProperties"]["index"])


def test_an_array_runs_every_child_with_its_index(batch: Batch) -> None:
    parent = batch.submit(arrayProperties={"size": 4})
    batch.clock.run()
    assert sorted(a.array_index for a in batch.runner.attempts) == [0, 1, 2, 3]
    for attempt in batch.runner.attempts:
        environment = attempt.environment(attempt.container)
        assert environment["AWS_BATCH_JOB_ID"] == f"{parent}:{environment['AWS_BATCH_JOB_ARRAY_INDEX']}"
        assert environment["AWS_BATCH_JOB_ARRAY_SIZE"] == "4"
    detail = batch.job(parent)
    assert detail["status"] == "SUCCEEDED"
    assert detail["arrayProperties"]["size"] == 4
    assert detail["arrayProperties"]["statusSummary"]["SUCCEEDED"] == 4
    assert batch.job(f"{parent}:2")["arrayProperties"]["index"] == 2
    assert batch.told(parent) == ["PENDING", "SUCCEEDED"]
    assert batch.told(f"{parent}:0") == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


def test_the_summary_moves_with_the_children(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=2)
    parent = batch.submit(arrayProperties={"size": 5})
    batch.clock.advance(1)
    summary = batch.job(parent)["arrayProperties"]["statusSummary"]
    assert (summary["RUNNING"], summary["RUNNABLE"], sum(summary.values())) == (2, 3, 5)
    (listed,) = batch("ListJobs", jobQueue="queue", jobStatus="PENDING")["jobSummaryList"]
    assert listed["arrayProperties"]["statusSummary"] == summary


def test_one_failed_child_fails_the_parent_after_all_have_ended(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = lambda attempt: plan(
        seconds=1 + attempt.array_index, exit=Exit(exit_code=1 if attempt.array_index == 0 else 0)
    )
    parent = batch.submit(arrayProperties={"size": 3})
    batch.clock.advance(3)
    assert (batch.status(f"{parent}:0"), batch.status(parent)) == ("FAILED", "PENDING")
    batch.clock.run()
    detail = batch.job(parent)
    assert (detail["status"], detail["statusReason"]) == ("FAILED", "Array Child Job failed")
    assert [batch.status(f"{parent}:{n}") for n in range(3)] == ["FAILED", "SUCCEEDED", "SUCCEEDED"]


def test_children_retry_by_themselves(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = lambda a: plan(exit=Exit(exit_code=1 if a.array_index == 1 and a.number == 1 else 0))
    parent = batch.submit(arrayProperties={"size": 2}, retryStrategy={"attempts": 2})
    batch.clock.run()
    assert batch.status(parent) == "SUCCEEDED"
    assert [len(batch.job(f"{parent}:{n}")["attempts"]) for n in range(2)] == [1, 2]


def test_terminating_the_parent_ends_all_children(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    parent = batch.submit(arrayProperties={"size": 3})
    batch.clock.advance(2)
    batch("TerminateJob", jobId=parent, reason="enough")
    batch.clock.run()
    detail = batch.job(parent)
    assert (detail["status"], detail["statusReason"], detail["isTerminated"]) == ("FAILED", "enough", True)
    assert [job["statusReason"] for job in children(batch, parent)] == ["enough"] * 3
    assert len(batch.runner.attempts) == 1


def test_cancelling_the_parent_lets_running_children_end(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    parent = batch.submit(arrayProperties={"size": 3})
    batch.clock.advance(2)
    batch("CancelJob", jobId=parent, reason="enough")
    batch.clock.run()
    assert [job["status"] for job in children(batch, parent)] == ["SUCCEEDED", "FAILED", "FAILED"]
    assert batch.job(parent)["status"] == "FAILED"


def test_cancelling_a_new_array_before_anything_ran(batch: Batch) -> None:
    parent = batch.submit(arrayProperties={"size": 3})
    batch("CancelJob", jobId=parent, reason="no")
    batch.clock.run()
    assert batch.job(parent)["statusReason"] == "no"
    assert not batch.runner.attempts
    batch.check_events()


def test_children_are_listed_in_pages(batch: Batch) -> None:
    parent = batch.submit(arrayProperties={"size": 7})
    batch.clock.run()
    seen: list[int] = []
    token: dict[str, str] = {}
    while True:
        answer = batch("ListJobs", arrayJobId=parent, jobStatus="SUCCEEDED", maxResults=3, **token)
        seen += [job["arrayProperties"]["index"] for job in answer["jobSummaryList"]]
        if "nextToken" not in answer:
            break
        token = {"nextToken": answer["nextToken"]}
    assert seen == list(range(7))


def test_ten_thousand_children(batch: Batch) -> None:
    parent = batch.submit(arrayProperties={"size": 10_000})
    batch.clock.run()
    assert batch.status(parent) == "SUCCEEDED"
    assert len(batch.events) == 2 + 4 * 10_000
    assert batch.runner.most_running == 256
