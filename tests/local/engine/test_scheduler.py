from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.engine import CloudModel, EngineLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch


def size(vcpus: int) -> dict[str, Any]:
    return {"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": str(vcpus)}]}}


def test_first_in_first_out(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    for name in "abcde":
        batch.submit(name)
    batch.clock.run()
    assert batch.runner.order() == list("abcde")
    assert batch.runner.most_running == 1


def test_a_big_job_at_the_head_is_not_overtaken(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=4)
    batch.submit("running", **size(2))
    batch.submit("big", **size(4))
    batch.submit("small", **size(1))
    batch.clock.run()
    assert batch.runner.order() == ["running", "big", "small"]


def test_the_second_environment_is_used_when_the_first_is_full(batch: Batch) -> None:
    batch.environment("first", 2)
    batch.environment("second", 4)
    batch.queue("two", "first", "second")
    for _ in range(5):
        batch.submit(jobQueue="two")
    batch.clock.advance(1)
    assert [a.environment_name for a in batch.runner.attempts] == ["first"] * 2 + ["second"] * 3


def test_a_job_too_big_for_the_first_environment_goes_to_the_second(batch: Batch) -> None:
    batch.environment("first", 2)
    batch.environment("second", 8)
    batch.queue("two", "first", "second")
    batch.submit(jobQueue="two", **size(8))
    batch.clock.run()
    assert batch.runner.attempts[0].environment_name == "second"


def test_a_disabled_environment_is_passed_over(batch: Batch) -> None:
    batch.environment("first", 2)
    batch.environment("second", 2)
    batch.queue("two", "first", "second")
    batch("UpdateComputeEnvironment", computeEnvironment="first", state="DISABLED")
    batch.submit(jobQueue="two")
    batch.clock.run()
    assert batch.runner.attempts[0].environment_name == "second"


def test_the_queue_with_the_higher_priority_comes_first(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    batch.queue("urgent", "environment", priority=10)
    batch.submit("running")
    batch.clock.advance(0)
    batch.submit("low")
    batch.submit("high", jobQueue="urgent")
    batch.clock.run()
    assert batch.runner.order() == ["running", "high", "low"]


def test_a_retry_keeps_its_place(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    batch.runner.exits(1, 0)
    batch.submit("a", retryStrategy={"attempts": 2})
    batch.submit("b")
    batch.clock.run()
    assert batch.runner.order() == ["a", "a", "b"]


@pytest.mark.parametrize("disable", [True, False])
def test_a_job_that_can_never_start_says_why(make_batch: Callable[..., Batch], disable: bool) -> None:
    batch = make_batch(max_vcpus=2)
    if disable:
        batch("UpdateComputeEnvironment", computeEnvironment="environment", state="DISABLED")
    job = batch.submit(**size(4))
    batch.clock.run()
    detail = batch.job(job)
    assert detail["status"] == "RUNNABLE"
    code = "ACTION_REQUIRED" if disable else "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
    assert detail["statusReason"].startswith(f"{code} - CE(s) associated with the job queue")
    changes = {"state": "ENABLED", "computeResources": {"maxvCpus": 4}}
    batch("UpdateComputeEnvironment", computeEnvironment="environment", **changes)
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"


def test_the_guard_on_running_attempts(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(limits=EngineLimits(max_running=3))
    parent = batch.submit(arrayProperties={"size": 10})
    batch.clock.run()
    assert batch.runner.most_running == 3
    assert batch.status(parent) == "SUCCEEDED"


def test_parts_of_vcpus_add_up_exactly(batch: Batch) -> None:
    batch.environment("fargate", 1, "FARGATE")
    batch.queue("fargate", "fargate")
    size = [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}]
    batch.register("f", {"executionRoleArn": "role", "resourceRequirements": size}, platformCapabilities=["FARGATE"])
    for _ in range(12):
        batch.submit(jobQueue="fargate", jobDefinition="f")
    batch.clock.run()
    assert batch.runner.most_running == 4
    assert len(batch.runner.attempts) == 12


def test_a_head_that_does_not_fit_holds_back_its_own_queue_only(make_batch: Callable[..., Batch]) -> None:
    """Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_JobQueueDetail.html (priority)."""
    batch = make_batch(max_vcpus=4)
    batch.queue("high", "environment", priority=10)
    batch.submit("low-1")
    batch.clock.advance(0)
    batch.submit("high-large", jobQueue="high", **size(4))
    batch.submit("high-small", jobQueue="high")
    batch.submit("low-2")
    batch.clock.advance(1)
    assert batch.runner.order() == ["low-1", "low-2"]
    batch.clock.run()
    assert batch.runner.order() == ["low-1", "low-2", "high-large", "high-small"]


@pytest.mark.parametrize("broken", ["disabled", "invalid", "without capacity"])
def test_the_second_environment_stands_in_for_one_that_takes_no_jobs(
    make_batch: Callable[..., Batch], broken: str
) -> None:
    names = frozenset({"first"})
    cloud = CloudModel(
        boot_seconds=0,
        invalid_environments=names if broken == "invalid" else frozenset(),
        without_capacity=names if broken == "without capacity" else frozenset(),
    )
    batch = make_batch(cloud=cloud)
    batch.environment("first")
    batch.environment("second")
    batch.queue("both", "first", "second")
    if broken == "disabled":
        batch("UpdateComputeEnvironment", computeEnvironment="first", state="DISABLED")
    batch.submit(jobQueue="both")
    batch.clock.run()
    assert [attempt.environment_name for attempt in batch.runner.attempts] == ["second"]
    assert batch.of_kind("Batch Job Queue Blocked") == []
