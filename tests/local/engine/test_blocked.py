from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.engine.node_jobs import group, nodes

from batchwright.local.engine import BatchError, CloudModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch

CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
MAX_RESOURCE = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
REQUIREMENT = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"


def size(vcpus: int, **more: int) -> dict[str, Any]:
    needs = [{"type": "VCPU", "value": str(vcpus)}]
    needs += [{"type": kind.upper(), "value": str(value)} for kind, value in more.items()]
    return {"containerOverrides": {"resourceRequirements": needs}}


def limit(reason: str, seconds: int = 600) -> dict[str, Any]:
    action = {"reason": reason, "state": "RUNNABLE", "maxTimeSeconds": seconds, "action": "CANCEL"}
    return {"jobStateTimeLimitActions": [action]}


def instances(batch: Batch, *types: str, name: str = "typed", max_vcpus: int = 256) -> None:
    """An environment of some instance types with a queue of the same name."""
    resources = {"type": "EC2", "maxvCpus": max_vcpus, "subnets": ["s"], "instanceTypes": list(types)}
    batch("CreateComputeEnvironment", computeEnvironmentName=name, type="MANAGED", computeResources=resources)
    batch.queue(name, name)


def test_the_head_says_why_it_blocks_in_awss_words(batch: Batch) -> None:
    reason = f"{MAX_RESOURCE} - CE(s) associated with the job queue cannot meet the CPU requirement of the job."
    ident = batch.submit(**size(300))
    waiting = batch.submit("waiting")
    batch.clock.run()
    assert batch.job(ident)["statusReason"] == reason
    assert "statusReason" not in batch.job(waiting)
    (listed, _) = batch("ListJobs", jobQueue="queue", jobStatus="RUNNABLE")["jobSummaryList"]
    assert listed["statusReason"] == reason


@pytest.mark.parametrize(
    ("types", "job", "fits"),
    [
        (["m7g.large"], size(2), True),
        (["m7g.large"], size(3), False),
        (["m7g.large"], size(1, memory=7_500), True),
        (["m7g.large"], size(1, memory=8_192), False),
        (["m7g.large"], size(1, gpu=1), False),
        (["g6.xlarge"], size(1, gpu=1), True),
        (["m7g.large", "m7g.4xlarge"], size(16), True),
        (["c7g.large", "r7g.medium"], size(2, memory=7_000), False),
        (["optimal"], size(64), True),
        (["unknown9.large"], size(64), True),
    ],
)
def test_a_job_that_no_instance_type_can_hold(batch: Batch, types: list[str], job: dict[str, Any], fits: bool) -> None:
    instances(batch, *types)
    ident = batch.submit(jobQueue="typed", **job)
    batch.clock.run()
    assert batch.status(ident) == ("SUCCEEDED" if fits else "RUNNABLE")
    if not fits:
        assert batch.job(ident)["statusReason"] == (
            f"{REQUIREMENT} - The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the "
            "CE(s) attached to the job queue."
        )


def test_the_second_environment_takes_what_the_first_cannot_hold(batch: Batch) -> None:
    instances(batch, "m7g.large", name="small")
    instances(batch, "m7g.16xlarge", name="large")
    batch.queue("both", "small", "large")
    batch.submit(jobQueue="both", **size(32))
    batch.submit(jobQueue="both", **size(2))
    batch.clock.run()
    assert [attempt.environment_name for attempt in batch.runner.attempts] == ["large", "small"]


@pytest.mark.parametrize("kind", ["EC2", "SPOT", "FARGATE"])
def test_disabled_environments(batch: Batch, kind: str) -> None:
    batch.environment("off", 4, kind)
    batch.queue("off", "off")
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
    platform = "FARGATE" if kind == "FARGATE" else "EC2"
    batch.register("d", {"executionRoleArn": "r", "resourceRequirements": needs}, platformCapabilities=[platform])
    batch("UpdateComputeEnvironment", computeEnvironment="off", state="DISABLED")
    job = batch.submit(jobQueue="off", jobDefinition="d")
    batch.clock.run()
    assert batch.job(job)["statusReason"] == "ACTION_REQUIRED - CE(s) associated with the job queue are disabled."


def test_invalid_environments(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(invalid_environments=frozenset({"broken"})))
    batch.environment("broken")
    batch.queue("broken", "broken")
    (shown,) = batch("DescribeComputeEnvironments", computeEnvironments=["broken"])["computeEnvironments"]
    assert shown["status"] == "INVALID"
    job = batch.submit(jobQueue="broken")
    batch.clock.run()
    assert batch.job(job)["statusReason"] == "ACTION_REQUIRED - CE(s) associated with the job queue are invalid."
    batch(
        "UpdateJobQueue", jobQueue="broken", computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "environment"}]
    )
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"


def test_environments_without_capacity(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(without_capacity=frozenset({"typed"})))
    instances(batch, "m7g.large")
    batch.queue("both", "typed", "environment")
    stuck = batch.submit("stuck", jobQueue="typed")
    moved = batch.submit("moved", jobQueue="both")
    batch.clock.run()
    assert batch.status(moved) == "SUCCEEDED"
    assert batch.job(stuck)["statusReason"] == (
        f"{CAPACITY} - Service cannot fulfill the capacity requested for instance type [m7g.large]"
    )


def test_a_multi_node_job_without_an_environment_for_it(batch: Batch) -> None:
    batch.environment("spot", 16, "SPOT")
    batch.queue("spot", "spot")
    batch.register_as("mnp", type="multinode", nodeProperties=nodes(2, group(":")))
    job = batch.submit(jobQueue="spot", jobDefinition="mnp")
    batch.clock.run()
    reason = batch.job(job)["statusReason"]
    assert reason.startswith("UNDETERMINED - Batch job is blocked, root cause is undetermined.")
    assert "On-Demand EC2" in reason


def test_the_event_of_a_blocked_queue(batch: Batch) -> None:
    job = batch.submit(**size(300))
    batch.submit("next")
    batch.clock.run()
    (event,) = batch.of_kind("Batch Job Queue Blocked")
    assert event["source"] == "aws.batch"
    queue = batch.job(job)["jobQueue"]
    assert event["resources"] == [batch.job(job)["jobArn"], queue]
    assert event["detail"] == batch.job(job)
    assert event["detail"]["status"] == "RUNNABLE"
    assert event["detail"]["statusReason"].startswith(MAX_RESOURCE)


def test_each_reason_is_told_once(batch: Batch) -> None:
    batch.submit(**size(300))
    batch.clock.run()
    for _ in range(3):
        batch.submit("more")
        batch.clock.run()
    assert len(batch.of_kind("Batch Job Queue Blocked")) == 1
    batch("UpdateComputeEnvironment", computeEnvironment="environment", state="DISABLED")
    batch.clock.run()
    first, second = batch.of_kind("Batch Job Queue Blocked")
    assert first["detail"]["jobId"] == second["detail"]["jobId"]
    assert second["detail"]["statusReason"].startswith("ACTION_REQUIRED")


def test_a_job_that_waits_its_turn_does_not_block(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    for _ in range(5):
        batch.submit()
    batch.clock.run()
    assert batch.of_kind("Batch Job Queue Blocked") == []


@pytest.mark.parametrize("reason", [MAX_RESOURCE, f"{MAX_RESOURCE} - CE(s) associated with the job queue cannot meet"])
def test_the_time_limit_cancels_the_head(batch: Batch, reason: str) -> None:
    batch.queue("limited", "environment", **limit(reason))
    job = batch.submit("job", jobQueue="limited", **size(300))
    behind = batch.submit("behind", jobQueue="limited")
    batch.clock.advance(599)
    assert (batch.status(job), batch.status(behind)) == ("RUNNABLE", "RUNNABLE")
    batch.clock.advance(1)
    detail = batch.job(job)
    assert detail["status"] == "FAILED"
    assert detail["statusReason"] == f"Canceled by JobStateTimeLimit action due to reason: {MAX_RESOURCE}"
    assert detail["isCancelled"] is True
    batch.clock.run()
    assert batch.status(behind) == "SUCCEEDED"


@pytest.mark.parametrize("reason", [CAPACITY, REQUIREMENT])
def test_a_limit_for_another_reason_leaves_it(batch: Batch, reason: str) -> None:
    batch.queue("limited", "environment", **limit(reason))
    job = batch.submit(jobQueue="limited", **size(300))
    batch.clock.advance(90_000)
    assert batch.status(job) == "RUNNABLE"


@pytest.mark.parametrize("reason", [CAPACITY, MAX_RESOURCE, REQUIREMENT])
def test_every_reason_with_a_limit(make_batch: Callable[..., Batch], reason: str) -> None:
    lacking = frozenset({"typed"}) if reason == CAPACITY else frozenset()
    batch = make_batch(cloud=CloudModel(without_capacity=lacking))
    instances(batch, "m7g.16xlarge", max_vcpus=16)
    batch("UpdateJobQueue", jobQueue="typed", **limit(reason, 1200))
    job = batch.submit(jobQueue="typed", **size({CAPACITY: 1, MAX_RESOURCE: 32, REQUIREMENT: 128}[reason]))
    batch.clock.advance(1199)
    assert batch.job(job)["statusReason"].startswith(reason)
    batch.clock.advance(1)
    assert batch.job(job)["statusReason"].endswith(f"due to reason: {reason}")


def test_each_head_has_the_whole_time(batch: Batch) -> None:
    batch.queue("limited", "environment", **limit(MAX_RESOURCE))
    ids = [batch.submit(f"j{n}", jobQueue="limited", **size(300)) for n in range(3)]
    start = batch.clock.now()
    batch.clock.run()
    stopped = [batch.job(ident)["stoppedAt"] / 1000 - start for ident in ids]
    assert stopped == [600, 1200, 1800]


def test_what_ends_the_block_ends_the_limit(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=2)
    batch("UpdateJobQueue", jobQueue="queue", **limit(MAX_RESOURCE))
    job = batch.submit(**size(4))
    batch.clock.advance(599)
    batch("UpdateComputeEnvironment", computeEnvironment="environment", computeResources={"maxvCpus": 4})
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
    assert "statusReason" in batch.job(job)
    assert not batch.job(job)["statusReason"].startswith("MISCONFIGURATION")


def test_a_limit_that_comes_later_counts_from_when_the_job_blocked(batch: Batch) -> None:
    job = batch.submit(**size(300))
    batch.clock.advance(1000)
    batch("UpdateJobQueue", jobQueue="queue", **limit(MAX_RESOURCE, 1500))
    batch.clock.advance(499)
    assert batch.status(job) == "RUNNABLE"
    batch.clock.advance(1)
    assert batch.status(job) == "FAILED"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"maxTimeSeconds": 599}, "600 to 86400"),
        ({"maxTimeSeconds": 86_401}, "600 to 86400"),
        ({"action": "TERMINATE"}, "CANCEL in a queue for container jobs"),
        ({"reason": "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS"}, "reason"),
        ({"reason": "anything"}, "reason"),
        ({"state": "STARTING"}, "RUNNABLE"),
    ],
)
def test_refused_limits(batch: Batch, change: dict[str, Any], words: str) -> None:
    (action,) = limit(MAX_RESOURCE)["jobStateTimeLimitActions"]
    wrong = [{**action, **change}]
    with pytest.raises(BatchError, match=words):
        batch("UpdateJobQueue", jobQueue="queue", jobStateTimeLimitActions=wrong)
    with pytest.raises(BatchError, match=words):
        batch.queue("limited", "environment", jobStateTimeLimitActions=wrong)
