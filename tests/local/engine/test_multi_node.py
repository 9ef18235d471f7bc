from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.engine.harness import Plan
from local.engine.node_jobs import by_node, index_of, statuses, submit
from local.engine.shapes import group, nodes

from batchwright.local.engine import Exit

if TYPE_CHECKING:
    from local.engine.harness import Batch

MAIN_PREFIX = "AWS_BATCH_JOB_MAIN_NODE"


def test_the_main_node_starts_first_and_the_others_learn_its_address(batch: Batch) -> None:
    job = submit(batch)
    assert (batch.status(job), statuses(batch, job)) == ("SUBMITTED", ["SUBMITTED"] * 3)
    batch.clock.advance(0)
    assert (batch.status(job), statuses(batch, job)) == ("STARTING", ["STARTING", "RUNNABLE", "RUNNABLE"])
    assert [index_of(a) for a in batch.runner.attempts] == [0]
    batch.clock.advance(1)
    assert (batch.status(job), statuses(batch, job)) == ("RUNNING", ["RUNNING", "STARTING", "STARTING"])
    batch.clock.advance(1)
    assert statuses(batch, job) == ["RUNNING"] * 3
    main, *others = batch.runner.attempts
    own = main.environment(main.container)
    assert own["AWS_BATCH_JOB_ID"] == f"{job}#0"
    assert (own["AWS_BATCH_JOB_NUM_NODES"], own["AWS_BATCH_JOB_NODE_INDEX"]) == ("3", "0")
    assert own[f"{MAIN_PREFIX}_INDEX"] == "0"
    assert f"{MAIN_PREFIX}_PRIVATE_IPV4_ADDRESS" not in own
    for index, other in enumerate(others, 1):
        variables = other.environment(other.container)
        assert variables["AWS_BATCH_JOB_NODE_INDEX"] == str(index)
        assert variables[f"{MAIN_PREFIX}_PRIVATE_IPV4_ADDRESS"] == "10.0.0.7"


def test_the_end_of_the_main_node_ends_the_others_and_the_job(batch: Batch) -> None:
    batch.runner.plan = by_node(n1=Plan(seconds=1_000, stop_seconds=5), n2=Plan(seconds=1_000))
    job = submit(batch)
    batch.clock.advance(11)
    assert statuses(batch, job) == ["SUCCEEDED", "RUNNING", "RUNNING"]
    assert batch.status(job) == "RUNNING"
    batch.clock.run()
    shown = batch.job(job)
    assert (shown["status"], shown["statusReason"]) == ("SUCCEEDED", "Essential container in task exited")
    assert statuses(batch, job) == ["SUCCEEDED", "FAILED", "FAILED"]
    assert "Main node" in batch.job(f"{job}#1")["statusReason"]
    assert batch.job(f"{job}#1")["container"]["exitCode"] == 143
    told = batch.check_events()
    assert told[job] == ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
    assert told[f"{job}#0"] == told[job]
    assert told[f"{job}#1"] == ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "FAILED"]
    ends = [e["detail"]["jobId"] for e in batch.events if e["detail"]["status"] in ("SUCCEEDED", "FAILED")]
    assert ends[-1] == job


@pytest.mark.parametrize("main", [0, 1, 2])
@pytest.mark.parametrize(("code", "status"), [(0, "SUCCEEDED"), (7, "FAILED")])
def test_the_main_node_decides_wherever_it_is(batch: Batch, main: int, code: int, status: str) -> None:
    others = {f"n{index}": Plan(seconds=2, exit=Exit(exit_code=9)) for index in range(3) if index != main}
    batch.runner.plan = by_node(**others, **{f"n{main}": Plan(exit=Exit(exit_code=code))})
    job = submit(batch, nodes(3, group(":"), main=main))
    batch.clock.run()
    assert batch.status(job) == status
    assert index_of(batch.runner.attempts[0]) == main
    (summary,) = batch("ListJobs", jobQueue="queue", jobStatus=status)["jobSummaryList"]
    assert summary["container"]["exitCode"] == code
    assert summary["nodeProperties"] == {"numNodes": 3}


@pytest.mark.parametrize(("codes", "attempts", "status"), [((1, 0), 2, "SUCCEEDED"), ((1, 1), 2, "FAILED")])
def test_a_failing_main_node_retries_all_nodes(
    batch: Batch, codes: tuple[int, ...], attempts: int, status: str
) -> None:
    batch.runner.plan = lambda a: Plan(exit=Exit(exit_code=codes[a.number - 1] if index_of(a) == 0 else 0), seconds=5)
    job = submit(batch, retryStrategy={"attempts": 2})
    batch.clock.run()
    shown = batch.job(job)
    assert (shown["status"], len(shown["attempts"])) == (status, attempts)
    assert [a["container"]["exitCode"] for a in shown["attempts"]] == list(codes)
    assert all(len(batch.job(f"{job}#{n}")["attempts"]) == attempts for n in range(3))
    numbers = sorted((a.number, index_of(a)) for a in batch.runner.attempts)
    assert numbers == [(n, i) for n in (1, 2) for i in range(3)]
    networks = {a.number: a.network for a in batch.runner.attempts}
    assert len(set(networks.values())) == 2
    assert batch.runner.released == [networks[1], networks[2]]
    told = batch.check_events()
    again = ["RUNNABLE", "STARTING", "RUNNING"]
    assert told[job] == ["SUBMITTED", *again, *again, status]


def test_another_node_that_fails_changes_nothing(batch: Batch) -> None:
    batch.runner.plan = by_node(n1=Plan(seconds=1, exit=Exit(exit_code=1)))
    job = submit(batch, retryStrategy={"attempts": 3})
    batch.clock.advance(4)
    assert statuses(batch, job) == ["RUNNING", "FAILED", "RUNNING"]
    batch.clock.run()
    assert (batch.status(job), len(batch.runner.attempts)) == ("SUCCEEDED", 3)


def test_a_main_node_that_cannot_start(batch: Batch) -> None:
    batch.runner.plan = lambda _: Plan(exit=Exit(exit_code=None, reason="CannotPullContainerError: x"))
    job = submit(batch)
    batch.clock.run()
    shown = batch.job(job)
    assert (shown["status"], shown["attempts"][0]["container"]["reason"]) == ("FAILED", "CannotPullContainerError: x")
    assert [index_of(a) for a in batch.runner.attempts] == [0]
    assert statuses(batch, job) == ["FAILED"] * 3
    assert batch.runner.released == [f"{job}-1"]
    batch.check_events()


def test_a_main_node_that_cannot_start_is_retried(batch: Batch) -> None:
    batch.runner.plan = lambda a: Plan(exit=Exit(exit_code=None if a.number == 1 else 0))
    job = submit(batch, retryStrategy={"attempts": 2})
    batch.clock.run()
    assert (batch.status(job), len(batch.job(job)["attempts"])) == ("SUCCEEDED", 2)
    assert [len(batch.job(f"{job}#{n}")["attempts"]) for n in range(3)] == [2, 1, 1]
    batch.check_events()


def test_a_node_that_cannot_start(batch: Batch) -> None:
    batch.runner.plan = by_node(n2=Plan(exit=Exit(exit_code=None, reason="CannotStartContainerError")))
    job = submit(batch)
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
    assert statuses(batch, job)[2] == "FAILED"


def test_the_timeout_is_that_of_the_whole_job(batch: Batch) -> None:
    batch.runner.plan = lambda _: Plan(seconds=1_000)
    job = submit(batch, timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 3})
    batch.clock.run()
    shown = batch.job(job)
    assert (shown["status"], shown["statusReason"]) == ("FAILED", "Job attempt duration exceeded timeout")
    assert len(batch.runner.attempts) == 3
    assert all(handle.stops for handle in batch.runner.handles)


@pytest.mark.parametrize("seconds", [0, 1, 2, 5])
def test_terminate_at_any_time(batch: Batch, seconds: int) -> None:
    job = submit(batch, retryStrategy={"attempts": 3})
    batch.clock.advance(seconds)
    batch("TerminateJob", jobId=job, reason="enough")
    batch.clock.run()
    shown = batch.job(job)
    assert (shown["status"], shown["statusReason"], shown["isTerminated"]) == ("FAILED", "enough", True)
    assert statuses(batch, job) == ["FAILED"] * 3
    assert batch.runner.released == [f"{job}-1"]
    batch.check_events()


def test_terminate_before_it_starts(batch: Batch) -> None:
    job = submit(batch)
    batch("CancelJob", jobId=job, reason="no")
    batch.clock.run()
    assert (batch.status(job), statuses(batch, job)) == ("FAILED", ["FAILED"] * 3)
    assert batch.runner.attempts == []


def test_terminate_one_node(batch: Batch) -> None:
    batch.runner.plan = by_node(n2=Plan(seconds=5))
    job = submit(batch)
    batch.clock.advance(3)
    batch("TerminateJob", jobId=f"{job}#1", reason="one")
    batch.clock.run()
    assert (batch.status(job), statuses(batch, job)) == ("SUCCEEDED", ["SUCCEEDED", "FAILED", "SUCCEEDED"])


def test_terminating_the_main_node_ends_the_job(batch: Batch) -> None:
    job = submit(batch, retryStrategy={"attempts": 3})
    batch.clock.advance(3)
    batch("TerminateJob", jobId=f"{job}#0", reason="main")
    batch.clock.run()
    assert batch.job(job)["statusReason"] == "main"
    assert len(batch.runner.attempts) == 3


def test_closing_the_engine(batch: Batch) -> None:
    job = submit(batch)
    batch.clock.advance(3)
    batch.engine.close()
    assert batch.runner.released == [f"{job}-1"]
    assert all(handle.stops for handle in batch.runner.handles)
    told = batch.check_events()
    assert told[job][-1] == "FAILED"
