from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from local.engine.harness import Batch

VCPU = {"type": "VCPU", "value": "1"}
MEMORY = {"type": "MEMORY", "value": "512"}


def test_revisions_count_up_and_are_never_given_twice(batch: Batch) -> None:
    assert batch.register("d").endswith(":job-definition/d:1")
    second = batch.register("d")
    batch("DeregisterJobDefinition", jobDefinition=second)
    assert batch.register("d").endswith("d:3")
    found = batch("DescribeJobDefinitions", jobDefinitionName="d")["jobDefinitions"]
    assert [(d["revision"], d["status"]) for d in found] == [(1, "ACTIVE"), (2, "INACTIVE"), (3, "ACTIVE")]
    active = batch("DescribeJobDefinitions", jobDefinitionName="d", status="ACTIVE")["jobDefinitions"]
    assert [d["revision"] for d in active] == [1, 3]


def test_describe_by_revision(batch: Batch) -> None:
    arn = batch.register("d")
    batch.register("d")
    found = batch("DescribeJobDefinitions", jobDefinitions=[arn, "d:2", "d:9", "none:1"])["jobDefinitions"]
    assert [d["revision"] for d in found] == [1, 2]


@pytest.mark.parametrize("ident", ["d", "d:1", "arn"])
def test_submit_finds_a_definition(batch: Batch, ident: str) -> None:
    arn = batch.register("d")
    job = batch.submit(jobDefinition=arn if ident == "arn" else ident)
    assert batch.job(job)["jobDefinition"] == arn


def test_without_a_revision_the_newest_active_one_counts(batch: Batch) -> None:
    for _ in range(3):
        batch.register("d")
    batch("DeregisterJobDefinition", jobDefinition="d:3")
    assert batch.job(batch.submit(jobDefinition="d"))["jobDefinition"].endswith("d:2")


@pytest.mark.parametrize("ident", ["none", "none:1", "d:1", "d:7", "d:x"])
def test_unknown_and_inactive_definitions(batch: Batch, ident: str) -> None:
    batch.register("d")
    batch("DeregisterJobDefinition", jobDefinition="d:1")
    with pytest.raises(BatchError, match="does not exist or is not in ACTIVE status"):
        batch.submit(jobDefinition=ident)


def test_an_unknown_arn(batch: Batch) -> None:
    with pytest.raises(BatchError, match="not found"):
        batch.submit(jobDefinition="arn:aws:batch:eu-west-1:123456789012:job-definition/definition:1")


def test_deregistering_needs_a_revision(batch: Batch) -> None:
    for ident in ("definition", "none:1"):
        with pytest.raises(BatchError, match="not found"):
            batch("DeregisterJobDefinition", jobDefinition=ident)


@pytest.mark.parametrize(
    ("container", "members", "words"),
    [
        ({"resourceRequirements": [MEMORY]}, {}, "VCPU"),
        ({"resourceRequirements": [VCPU]}, {}, "MEMORY"),
        ({"resourceRequirements": [VCPU, {"type": "MEMORY", "value": "much"}]}, {}, "MEMORY must be a number"),
        ({"resourceRequirements": [VCPU, {"type": "MEMORY", "value": "-1"}]}, {}, "above 0"),
        ({"image": ""}, {}, "image"),
        ({"environment": [{"name": "AWS_BATCH_X", "value": "1"}]}, {}, "AWS_BATCH"),
        ({"logConfiguration": {"logDriver": "papyrus"}}, {}, "logDriver"),
        ({"mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]}, {}, "'v', which is not in volumes"),
        ({"volumes": [{"name": "v"}, {"name": "v"}]}, {}, "a name of its own"),
        ({}, {"jobDefinitionName": "a:b"}, "valid pattern"),
        ({"command": ["x" * 24_600]}, {}, "24,576 bytes"),
        ({}, {"timeout": {"attemptDurationSeconds": 59}}, "at least 60"),
        ({}, {"retryStrategy": {"attempts": 11}}, "between 1 and 10"),
        ({}, {"schedulingPriority": 10_000}, "between 0 and 9999"),
        ({}, {"platformCapabilities": ["EC2", "FARGATE"]}, "one platform"),
        ({}, {"platformCapabilities": ["FARGATE"]}, "executionRoleArn"),
        ({"executionRoleArn": "r", "privileged": True}, {"platformCapabilities": ["FARGATE"]}, "privileged"),
        ({}, {"type": "multinode"}, "Node properties should not be empty"),
        ({}, {"nodeProperties": {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": []}}, "nodeProperties must not"),
        ({}, {"ecsProperties": {"taskProperties": [{"containers": [{"image": "i"}]}]}}, "must have one of"),
        ({}, {"eksProperties": {"podProperties": {}}}, "platformCapabilities|must have one of"),
        ({}, {"type": "pod"}, "container, multinode"),
        ({}, {"retryStrategy": {"attempts": "3"}}, "attempts"),
    ],
)
def test_refused_definitions(batch: Batch, container: dict[str, Any], members: dict[str, Any], words: str) -> None:
    request = {
        "jobDefinitionName": "new",
        "type": "container",
        "containerProperties": {"image": "i", "resourceRequirements": [VCPU, MEMORY], **container},
        **members,
    }
    with pytest.raises(BatchError, match=words):
        batch("RegisterJobDefinition", **request)
    assert batch("DescribeJobDefinitions", jobDefinitionName="new")["jobDefinitions"] == []


def test_a_definition_needs_properties(batch: Batch) -> None:
    with pytest.raises(BatchError, match="should not be empty"):
        batch("RegisterJobDefinition", jobDefinitionName="new", type="container")


def test_the_old_members_for_resources_still_work(batch: Batch) -> None:
    batch.register("old", {"vcpus": 2, "memory": 100, "resourceRequirements": []})
    batch.submit(jobDefinition="old", containerOverrides={"memory": 200})
    batch.clock.run()
    container = batch.runner.attempts[0].container
    assert (container.vcpus, container.memory_mib) == (2, 200)
