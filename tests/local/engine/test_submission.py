from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.engine import Attempt, BatchError, EngineLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch


MERGED = {"a": "1", "b": "3", "c": "4"}


def attempt_of(batch: Batch) -> Attempt:
    batch.clock.run()
    return batch.runner.attempts[-1]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"jobName": ""}, "valid pattern"),
        ({"jobName": "-a"}, "valid pattern"),
        ({"jobName": "a b"}, "valid pattern"),
        ({"jobName": "a" * 129}, "valid pattern"),
        ({"jobQueue": "none"}, "JobQueue none not found"),
        ({"arrayProperties": {"size": 1}}, "between 2 and 10000"),
        ({"arrayProperties": {"size": 10_001}}, "between 2 and 10000"),
        ({"timeout": {"attemptDurationSeconds": 59}}, "at least 60 seconds"),
        ({"retryStrategy": {"attempts": 0}}, "between 1 and 10"),
        ({"schedulingPriorityOverride": -1}, "between 0 and 9999"),
        ({"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "0"}]}}, "from 1"),
        ({"containerOverrides": {"environment": [{"name": "AWS_BATCH_JOB_ID", "value": "x"}]}}, "AWS_BATCH"),
        ({"dependsOn": [{"jobId": "none"}]}, "job none does not exist"),
        ({"dependsOn": [{}]}, "must have a jobId"),
        ({"dependsOn": [{"type": "SEQUENTIAL"}]}, "array jobs only"),
        ({"dependsOn": [{"jobId": "none"}] * 21}, "Job cannot have more than 20 dependencies"),
        ({"containerOverrides": {"command": ["a", ""]}}, "Command cannot be empty"),
        ({"ecsPropertiesOverride": {"taskProperties": [{}]}}, "does not fit the job definition"),
        ({"parameters": {"a": "x" * 31_000}}, "Job size must be less than 30 KiB, got 31 KiB"),
        ({"tags": {"aws:x": "1"}}, "must not start with aws:"),
        ({"tags": {f"k{n}": "v" for n in range(51)}}, "at most 50 tags"),
        ({"jobName": 5}, "jobName"),
        ({"priority": 5}, "priority"),
    ],
)
def test_refused_jobs_leave_nothing(batch: Batch, members: dict[str, Any], words: str) -> None:
    with pytest.raises(BatchError, match=words):
        batch("SubmitJob", **{"jobName": "job", "jobQueue": "queue", "jobDefinition": "definition", **members})
    batch.clock.run()
    assert not batch.events
    assert not batch.runner.attempts


@pytest.mark.parametrize("name", ["a", "1", "a" * 128, "A-b_c"])
def test_names_that_aws_takes(batch: Batch, name: str) -> None:
    assert batch.job(batch.submit(name))["jobName"] == name


def test_parameters_are_put_into_the_command_wherever_they_stand(batch: Batch) -> None:
    command = ["Ref::program", "--in=Ref::in/Ref::part", "Ref::unknown", "xRef::in", "plain"]
    batch.register("d", {"command": command}, parameters={"program": "p", "in": "default", "part": "0"})
    job = batch.submit(jobDefinition="d", parameters={"in": "s3://b", "extra": "1"})
    assert attempt_of(batch).container.command == ("p", "--in=s3://b/0", "Ref::unknown", "xs3://b", "plain")
    detail = batch.job(job)
    assert detail["parameters"] == {"program": "p", "in": "s3://b", "part": "0", "extra": "1"}
    assert detail["container"]["command"] == command


def test_overrides(batch: Batch) -> None:
    batch.register("d", {"environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]})
    batch.submit(
        jobDefinition="d",
        containerOverrides={
            "command": ["other"],
            "environment": [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}],
            "resourceRequirements": [{"type": "MEMORY", "value": "1024"}, {"type": "GPU", "value": "1"}],
        },
    )
    container = attempt_of(batch).container
    assert container.command == ("other",)
    assert container.environment == {"A": "1", "B": "3", "C": "4"}
    assert (container.vcpus, container.memory_mib, container.gpus) == (1, 1024, 1)


def test_what_batch_puts_into_the_environment(batch: Batch) -> None:
    batch.register("d", {"environment": [{"name": "A", "value": "1"}]})
    job = batch.submit(jobDefinition="d")
    attempt = attempt_of(batch)
    assert attempt.environment(attempt.container) == {
        "A": "1",
        "AWS_BATCH_JOB_ID": job,
        "AWS_BATCH_JOB_ATTEMPT": "1",
        "AWS_BATCH_JQ_NAME": "queue",
        "AWS_BATCH_CE_NAME": "environment",
        "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
    }


def test_log_target(batch: Batch) -> None:
    options = {"awslogs-group": "/mine", "awslogs-stream-prefix": "p", "awslogs-create-group": "TRUE"}
    batch.register("d", {"logConfiguration": {"logDriver": "awslogs", "options": options}})
    job = batch.submit(jobDefinition="d")
    attempt = attempt_of(batch)
    assert (attempt.container.log.group, attempt.container.log.create_group) == ("/mine", True)
    assert attempt.log_stream_name(attempt.container) == f"p/default/{attempt.task_id}"
    assert batch.job(job)["container"]["logStreamName"] == attempt.log_stream_name(attempt.container)


def test_the_default_log_group_is_batchs_own(batch: Batch) -> None:
    batch.submit()
    attempt = attempt_of(batch)
    assert (attempt.container.log.group, attempt.container.log.create_group) == ("/aws/batch/job", True)
    assert attempt.log_stream_name(attempt.container).startswith("definition/default/")


def test_fargate_jobs_need_fargate_environments(batch: Batch) -> None:
    batch.environment("fargate", 4, "FARGATE")
    batch.queue("fargate", "fargate")
    size = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
    batch.register("f", {"executionRoleArn": "role", "resourceRequirements": size}, platformCapabilities=["FARGATE"])
    with pytest.raises(BatchError, match="is for FARGATE, but the compute environments of JobQueue queue are EC2"):
        batch.submit(jobDefinition="f")
    with pytest.raises(BatchError, match="is for EC2"):
        batch.submit(jobQueue="fargate")
    resources = [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}]
    batch.submit(jobQueue="fargate", jobDefinition="f", containerOverrides={"resourceRequirements": resources})
    attempt = attempt_of(batch)
    assert (attempt.platform, attempt.container.vcpus) == ("FARGATE", 0.25)


@pytest.mark.parametrize(
    ("definition", "submit", "expected"),
    [
        (True, None, {"a": "1", "b": "3", "c": "4"}),
        (False, None, {}),
        (True, False, {}),
        (None, True, {"a": "1", "b": "3", "c": "4"}),
    ],
)
def test_propagated_tags(batch: Batch, definition: bool | None, submit: bool | None, expected: dict[str, str]) -> None:
    flag = {} if definition is None else {"propagateTags": definition}
    batch.register("d", tags={"a": "1", "b": "2"}, **flag)
    own = {} if submit is None else {"propagateTags": submit}
    job = batch.submit(jobDefinition="d", tags={"b": "3", "c": "4"}, **own)
    assert attempt_of(batch).tags == expected
    assert batch.job(job)["tags"] == {"b": "3", "c": "4"}


def test_the_brake_counts_children_and_lets_go_after_a_minute(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(limits=EngineLimits(max_jobs_per_minute=5))
    batch.submit(arrayProperties={"size": 4})
    batch.submit()
    with pytest.raises(BatchError, match="accepts 5 jobs a minute and has 5"):
        batch.submit()
    batch.clock.advance(61)
    batch.submit()


def test_whole_numbers_may_be_written_as_floats(batch: Batch) -> None:
    job = batch.submit(arrayProperties={"size": 3.0}, retryStrategy={"attempts": 2.0})
    detail = batch.job(job)
    assert (detail["arrayProperties"]["size"], detail["retryStrategy"]["attempts"]) == (3, 2)
    with pytest.raises(BatchError, match="size"):
        batch.submit(arrayProperties={"size": 3.5})


def test_null_counts_as_not_given(batch: Batch) -> None:
    assert "shareIdentifier" not in batch.job(batch.submit(shareIdentifier=None, timeout=None))
