from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batchwright.local.engine import EngineLimits, Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch, Plan

LIFE = ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


def test_a_job_that_succeeds(batch: Batch) -> None:
    job = batch.submit(tags={"k": "v"})
    assert batch.status(job) == "SUBMITTED"
    batch.clock.advance(0)
    assert batch.status(job) == "STARTING"
    batch.clock.advance(1)
    assert batch.status(job) == "RUNNING"
    batch.clock.advance(10)
    detail = batch.job(job)
    assert batch.told(job) == LIFE
    assert detail["statusReason"] == "Essential container in task exited"
    assert detail["stoppedAt"] - detail["startedAt"] == 10_000
    assert detail["container"]["exitCode"] == 0
    (attempt,) = detail["attempts"]
    assert attempt["container"]["taskArn"] == detail["container"]["taskArn"]
    assert attempt["container"]["logStreamName"].startswith("definition/default/")
    assert (attempt["startedAt"], attempt["stoppedAt"]) == (detail["startedAt"], detail["stoppedAt"])


def test_a_job_that_fails_with_its_exit_code(batch: Batch) -> None:
    batch.runner.exits(3)
    job = batch.submit()
    batch.clock.run()
    detail = batch.job(job)
    assert (detail["status"], detail["container"]["exitCode"]) == ("FAILED", 3)
    assert not detail["isTerminated"]


def test_a_task_is_of_the_cluster_of_its_environment(batch: Batch) -> None:
    job = batch.submit()
    batch.clock.run()
    (environment,) = batch("DescribeComputeEnvironments", computeEnvironments=["environment"])["computeEnvironments"]
    cluster = environment["ecsClusterArn"].rpartition("/")[2]
    assert cluster == f"AWSBatch-environment-{environment['uuid']}"
    container = batch.job(job)["container"]
    task_id = container["logStreamName"].rpartition("/")[2]
    assert container["taskArn"] == f"arn:aws:ecs:us-east-1:123456789012:task/{cluster}/{task_id}"


def test_retries_keep_a_record_of_each_attempt(batch: Batch) -> None:
    batch.runner.exits(1, 2, 0)
    job = batch.submit(retryStrategy={"attempts": 5})
    batch.clock.run()
    detail = batch.job(job)
    assert [a["container"]["exitCode"] for a in detail["attempts"]] == [1, 2, 0]
    assert len({a["container"]["taskArn"] for a in detail["attempts"]}) == 3
    assert batch.told(job) == [*["RUNNABLE", "STARTING", "RUNNING"] * 3, "SUCCEEDED"]
    assert [a.number for a in batch.runner.attempts] == [1, 2, 3]


def test_the_definitions_strategy_counts_unless_the_job_has_one(batch: Batch) -> None:
    batch.runner.exits(1)
    batch.register("d", retryStrategy={"attempts": 3, "evaluateOnExit": [{"onExitCode": "9", "action": "EXIT"}]})
    first, second = batch.submit(jobDefinition="d"), batch.submit(jobDefinition="d", retryStrategy={"attempts": 1})
    batch.clock.run()
    assert [len(batch.job(job)["attempts"]) for job in (first, second)] == [3, 1]


def test_conditions_see_the_reasons_of_the_attempt(batch: Batch, plan: type[Plan]) -> None:
    spot = Exit(exit_code=None, status_reason="Host EC2 (instance i-1) terminated.")
    pull = Exit(exit_code=None, reason="CannotPullContainerError: no", status_reason="Task failed to start")
    ends = {1: spot, 2: spot, 3: pull}
    batch.runner.plan = lambda attempt: plan(exit=ends[attempt.number])
    conditions = [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]
    job = batch.submit(retryStrategy={"attempts": 10, "evaluateOnExit": conditions})
    batch.clock.run()
    detail = batch.job(job)
    assert (len(detail["attempts"]), detail["statusReason"]) == (3, "Task failed to start")
    assert detail["container"]["reason"] == "CannotPullContainerError: no"
    assert "exitCode" not in detail["container"]
    assert "startedAt" not in detail
    assert batch.told(job)[-3:] == ["RUNNABLE", "STARTING", "FAILED"]


def test_a_timeout_stops_the_attempt_and_is_not_retried(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = lambda _: plan(seconds=1_000)
    job = batch.submit(timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 5})
    batch.clock.advance(60)
    assert batch.status(job) == "RUNNING"
    batch.clock.advance(2)
    detail = batch.job(job)
    assert (detail["status"], detail["statusReason"]) == ("FAILED", "Job attempt duration exceeded timeout")
    assert detail["attempts"][0]["statusReason"] == "Job attempt duration exceeded timeout"
    assert detail["container"]["exitCode"] == 143
    assert batch.runner.handles[0].stops == [("Job attempt duration exceeded timeout", 30.0)]
    assert detail["timeout"] == {"attemptDurationSeconds": 60}


def test_each_attempt_has_its_own_timeout(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = lambda attempt: plan(seconds=50, exit=Exit(exit_code=1 if attempt.number < 3 else 0))
    job = batch.submit(timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 3})
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"


def test_tests_may_allow_short_timeouts(make_batch: Callable[..., Batch], plan: type[Plan]) -> None:
    batch = make_batch(limits=EngineLimits(min_timeout_seconds=1))
    batch.runner.plan = lambda _: plan(seconds=5)
    job = batch.submit(timeout={"attemptDurationSeconds": 2})
    batch.clock.run()
    assert batch.status(job) == "FAILED"


def test_terminating_a_running_job(batch: Batch) -> None:
    job = batch.submit(retryStrategy={"attempts": 5})
    batch.clock.advance(2)
    batch("TerminateJob", jobId=job, reason="not needed")
    batch("TerminateJob", jobId=job, reason="second")
    batch.clock.run()
    detail = batch.job(job)
    assert (detail["status"], detail["statusReason"], detail["isTerminated"]) == ("FAILED", "not needed", True)
    assert len(detail["attempts"]) == 1
    assert batch.runner.handles[0].stops == [("not needed", 30.0)]


def test_terminating_while_it_starts(batch: Batch) -> None:
    job = batch.submit()
    batch.clock.advance(0)
    batch("TerminateJob", jobId=job, reason="now")
    batch.clock.run()
    assert batch.job(job)["statusReason"] == "now"


@pytest.mark.parametrize("operation", ["CancelJob", "TerminateJob"])
def test_before_it_starts_both_fail_the_job_at_once(make_batch: Callable[..., Batch], operation: str) -> None:
    batch = make_batch(max_vcpus=1)
    running, waiting = batch.submit(), batch.submit()
    batch.clock.advance(1)
    batch(operation, jobId=waiting, reason="changed my mind")
    detail = batch.job(waiting)
    assert (detail["status"], detail["statusReason"]) == ("FAILED", "changed my mind")
    assert (detail["isCancelled"], detail["isTerminated"]) == (operation == "CancelJob", operation == "TerminateJob")
    batch.clock.run()
    assert batch.status(running) == "SUCCEEDED"
    assert len(batch.runner.attempts) == 1


def test_cancelling_a_running_job_does_nothing(batch: Batch) -> None:
    job = batch.submit()
    batch.clock.advance(2)
    batch("CancelJob", jobId=job, reason="no")
    batch.clock.run()
    detail = batch.job(job)
    assert (detail["status"], detail["isCancelled"]) == ("SUCCEEDED", False)


def test_cancelling_a_pending_job_takes_effect_when_its_dependencies_have_ended(batch: Batch) -> None:
    first = batch.submit("first")
    second = batch.submit("second", dependsOn=[{"jobId": first}])
    batch.clock.advance(2)
    batch("CancelJob", jobId=second, reason="no")
    assert batch.status(second) == "PENDING"
    batch.clock.run()
    detail = batch.job(second)
    assert (detail["status"], detail["statusReason"], detail["isCancelled"]) == ("FAILED", "no", True)


def test_stopping_what_ended_or_never_was_changes_nothing(batch: Batch) -> None:
    job = batch.submit()
    batch.clock.run()
    before = batch.job(job)
    batch("TerminateJob", jobId=job, reason="late")
    batch("CancelJob", jobId="none", reason="late")
    assert batch.job(job) == before


def test_a_runner_that_raises_fails_the_attempt(batch: Batch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no room")

    batch.runner.start = broken
    job = batch.submit(retryStrategy={"attempts": 2})
    batch.clock.run()
    detail = batch.job(job)
    assert (detail["status"], len(detail["attempts"])) == ("FAILED", 2)
    assert detail["container"]["reason"] == "CannotStartContainerError: no room"


def test_a_runner_may_call_back_before_start_returns(batch: Batch) -> None:
    def at_once(attempt: object, *, on_started: object, on_exit: Callable[[Exit], None]) -> None:
        on_exit(Exit(exit_code=0))
        on_exit(Exit(exit_code=1))

    batch.runner.start = at_once
    jobs = [batch.submit() for _ in range(300)]
    batch.clock.run()
    assert {batch.status(job) for job in jobs} == {"SUCCEEDED"}
    batch.check_events()


def test_an_exit_without_a_start_still_passes_through_running(batch: Batch, plan: type[Plan]) -> None:
    batch.runner.plan = lambda _: plan(boot=20, seconds=-10)
    job = batch.submit()
    batch.clock.run()
    assert batch.told(job) == LIFE
