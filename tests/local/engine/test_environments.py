from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch


def test_an_environment_is_valid_at_once_and_described(batch: Batch) -> None:
    arn = batch.environment("spot", 64, "SPOT")
    (found,) = batch("DescribeComputeEnvironments", computeEnvironments=["spot"])["computeEnvironments"]
    assert found["computeEnvironmentArn"] == arn == "arn:aws:batch:us-east-1:123456789012:compute-environment/spot"
    assert (found["state"], found["status"]) == ("ENABLED", "VALID")
    assert found["computeResources"]["minvCpus"] == 0
    assert found["serviceRole"].endswith("AWSServiceRoleForBatch")


def test_lower_case_type_is_taken_as_aws_does(batch: Batch) -> None:
    resources = {"type": "fargate", "maxvCpus": 4, "subnets": ["subnet-1"]}
    batch("CreateComputeEnvironment", computeEnvironmentName="low", type="managed", computeResources=resources)
    (found,) = batch("DescribeComputeEnvironments", computeEnvironments=["low"])["computeEnvironments"]
    assert (found["type"], found["computeResources"]["type"]) == ("MANAGED", "FARGATE")
    assert "minvCpus" not in found["computeResources"]


def test_names_that_do_not_exist_are_left_out(batch: Batch) -> None:
    assert batch("DescribeComputeEnvironments", computeEnvironments=["no"])["computeEnvironments"] == []


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"computeEnvironmentName": "a b"}, "valid pattern"),
        ({"computeEnvironmentName": "x" * 129}, "valid pattern"),
        ({"computeEnvironmentName": "environment"}, "already exists"),
        ({"computeResources": None}, "computeResources must be provided"),
        ({"computeResources": {"type": "EC2", "subnets": ["s"]}}, "maxvCpus"),
        ({"computeResources": {"type": "EC2", "maxvCpus": 0}}, "at least 1"),
        ({"computeResources": {"type": "EC2", "maxvCpus": 4, "minvCpus": 8}}, "must not be above maxvCpus"),
        ({"computeResources": {"type": "LAMBDA", "maxvCpus": 4}}, "must be one of EC2, SPOT"),
        ({"computeResources": {"type": "EC2", "maxvCpus": "4"}}, "maxvCpus"),
        ({"eksConfiguration": {"eksClusterArn": "a", "kubernetesNamespace": "default"}}, "kube-"),
        ({"unheardOf": 1}, "unheardOf"),
    ],
)
def test_refused_environments(batch: Batch, request_: dict[str, Any], words: str) -> None:
    request = {
        "computeEnvironmentName": "new",
        "type": "MANAGED",
        "computeResources": {"type": "EC2", "maxvCpus": 4, "subnets": ["subnet-1"]},
        **request_,
    }
    with pytest.raises(BatchError, match=words) as caught:
        batch("CreateComputeEnvironment", **{k: v for k, v in request.items() if v is not None})
    assert (caught.value.code, caught.value.http_status) == ("ClientException", 400)


def test_deleting_needs_a_disabled_environment_without_queues(batch: Batch) -> None:
    with pytest.raises(BatchError, match="found existing JobQueue relationship"):
        batch("DeleteComputeEnvironment", computeEnvironment="environment")
    batch.environment("other")
    with pytest.raises(BatchError, match="DISABLED"):
        batch("DeleteComputeEnvironment", computeEnvironment="other")
    batch("UpdateComputeEnvironment", computeEnvironment="other", state="DISABLED")
    batch("DeleteComputeEnvironment", computeEnvironment="other")
    with pytest.raises(BatchError, match="ComputeEnvironment other not found"):
        batch("DeleteComputeEnvironment", computeEnvironment="other")


def test_an_update_changes_only_what_it_names(batch: Batch) -> None:
    batch("UpdateComputeEnvironment", computeEnvironment="environment", computeResources={"maxvCpus": 8})
    (found,) = batch("DescribeComputeEnvironments", computeEnvironments=["environment"])["computeEnvironments"]
    assert found["computeResources"] == {
        "type": "EC2", "maxvCpus": 8, "minvCpus": 0, "desiredvCpus": 0, "subnets": ["subnet-1"],
    }  # fmt: skip


def sizes(batch: Batch, **update: int) -> tuple[int, int, int]:
    """Update the environment and return its least, desired and most vCPUs."""
    batch("UpdateComputeEnvironment", computeEnvironment="environment", computeResources=update)
    (found,) = batch("DescribeComputeEnvironments", computeEnvironments=["environment"])["computeEnvironments"]
    resources = found["computeResources"]
    return resources["minvCpus"], resources["desiredvCpus"], resources["maxvCpus"]


def test_the_desired_vcpus_stay_between_the_limits(batch: Batch) -> None:
    assert sizes(batch, minvCpus=8) == (8, 8, 256)
    assert sizes(batch, desiredvCpus=64) == (8, 64, 256)
    assert sizes(batch, maxvCpus=32) == (8, 32, 32)


@pytest.mark.parametrize(
    ("update", "words"),
    [
        ({"desiredvCpus": 8}, "Manually scaling down compute environment is not supported"),
        ({"desiredvCpus": 257}, "desiredvCpus .257. must be between"),
        ({"minvCpus": 257}, "must not be above maxvCpus"),
        ({"minvCpus": -1}, "at least 0"),
        ({"maxvCpus": 0}, "at least 1"),
    ],
)
def test_refused_sizes_change_nothing(batch: Batch, update: dict[str, int], words: str) -> None:
    before = sizes(batch, desiredvCpus=16)
    with pytest.raises(BatchError, match=words):
        sizes(batch, **update)
    assert sizes(batch) == before


PROGRESSIVE = {"allocationStrategy": "BEST_FIT_PROGRESSIVE"}


@pytest.mark.parametrize(
    ("kind", "strategy", "update", "taken"),
    [
        ("EC2", {}, {"instanceTypes": ["c7i.large"]}, False),
        ("SPOT", {"allocationStrategy": "BEST_FIT"}, {"bidPercentage": 50}, False),
        ("EC2", {}, {"updateToLatestImageVersion": True}, False),
        ("EC2", {}, PROGRESSIVE, False),
        ("EC2", {}, {"subnets": ["subnet-1"], "maxvCpus": 9}, True),
        ("EC2", {}, {"scalingPolicy": {"minScaleDownDelayMinutes": 30}}, True),
        ("EC2", PROGRESSIVE, {"instanceTypes": ["c7i.large"], "updateToLatestImageVersion": True}, True),
        ("SPOT", PROGRESSIVE, {"allocationStrategy": "SPOT_CAPACITY_OPTIMIZED"}, True),
        ("FARGATE", {}, {"subnets": ["subnet-2"]}, True),
    ],
)
def test_best_fit_keeps_its_hosts(
    batch: Batch, kind: str, strategy: dict[str, str], update: dict[str, Any], taken: bool
) -> None:
    resources = {"type": kind, "maxvCpus": 8, "subnets": ["subnet-1"], **strategy}
    batch("CreateComputeEnvironment", computeEnvironmentName="e", type="MANAGED", computeResources=resources)
    if taken:
        batch("UpdateComputeEnvironment", computeEnvironment="e", computeResources=update)
    else:
        with pytest.raises(BatchError, match="can be updated for CE only with Allocation Strategy"):
            batch("UpdateComputeEnvironment", computeEnvironment="e", computeResources=update)
    (found,) = batch("DescribeComputeEnvironments", computeEnvironments=["e"])["computeEnvironments"]
    kept = {member: value for member, value in update.items() if member != "updateToLatestImageVersion"}
    assert (kept.items() <= found["computeResources"].items()) is (taken or not kept)
    assert "updateToLatestImageVersion" not in found["computeResources"]


def test_fewer_vcpus_than_are_used_hold_back_only_new_jobs(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=4)
    jobs = [batch.submit() for _ in range(6)]
    batch.clock.advance(2)
    sizes(batch, maxvCpus=1)
    assert [batch.status(job) for job in jobs] == ["RUNNING"] * 4 + ["RUNNABLE"] * 2
    batch.runner.most_running = 0
    batch.clock.run()
    assert [batch.status(job) for job in jobs] == ["SUCCEEDED"] * 6
    assert batch.runner.most_running == 1


def test_more_capacity_starts_waiting_jobs(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    jobs = [batch.submit() for _ in range(3)]
    batch.clock.advance(1)
    assert [batch.status(job) for job in jobs] == ["RUNNING", "RUNNABLE", "RUNNABLE"]
    batch("UpdateComputeEnvironment", computeEnvironment="environment", computeResources={"maxvCpus": 3})
    batch.clock.advance(1)
    assert [batch.status(job) for job in jobs] == ["RUNNING"] * 3


def test_environments_are_paged(batch: Batch) -> None:
    for number in range(5):
        batch.environment(f"more-{number}")
    names: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = batch("DescribeComputeEnvironments", maxResults=2, **token)
        names += [found["computeEnvironmentName"] for found in answer["computeEnvironments"]]
        if "nextToken" not in answer:
            break
        token = {"nextToken": answer["nextToken"]}
    assert names == ["environment", *(f"more-{n}" for n in range(5))]


@pytest.mark.parametrize("members", [{"maxResults": 0}, {"maxResults": 101}, {"nextToken": "x"}, {"nextToken": "%%"}])
def test_bad_pages_are_refused(batch: Batch, members: dict[str, Any]) -> None:
    with pytest.raises(BatchError, match=next(iter(members))):
        batch("DescribeComputeEnvironments", **members)
