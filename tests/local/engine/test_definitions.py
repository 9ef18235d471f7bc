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


@pytest.mark.parametrize("ident", ["none", "none:1", "d:1", "d:7", "d:x", "d:02", "d:0", "xjob-definition/d:2"])
def test_unknown_and_inactive_definitions(batch: Batch, ident: str) -> None:
    for _ in range(2):
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
        ({"resourceRequirements": [MEMORY]}, {}, "vCPU is not provided."),
        ({"resourceRequirements": [VCPU]}, {}, "Memory is not provided."),
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
        (
            {"executionRoleArn": "r", "ulimits": [{"name": "core", "softLimit": 1, "hardLimit": 1}]},
            {"platformCapabilities": ["FARGATE"]},
            "ulimits",
        ),
        ({"networkConfiguration": {"assignPublicIp": "ENABLED"}}, {}, "not applicable to jobs that run on EC2"),
        ({"fargatePlatformConfiguration": {}}, {"platformCapabilities": ["MANAGED_INSTANCES"]}, "only on FARGATE"),
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


LISTS = ("command", "environment", "mountPoints", "resourceRequirements", "secrets", "ulimits", "volumes")


def described(batch: Batch, arn: str) -> dict[str, Any]:
    (found,) = batch("DescribeJobDefinitions", jobDefinitions=[arn])["jobDefinitions"]
    return dict(found)


def test_what_was_left_out_is_described_as_on_aws(batch: Batch) -> None:
    old = {"image": "i", "vcpus": 1, "memory": 128}
    shown = described(batch, batch.register_as("d", containerProperties=old))
    assert shown["containerProperties"] == {**old, **{name: [] for name in LISTS}}
    assert "platformCapabilities" not in shown
    logging = {**old, "logConfiguration": {"logDriver": "awslogs"}}
    shown = described(batch, batch.register_as("l", containerProperties=logging))["containerProperties"]
    assert shown["logConfiguration"] == {"logDriver": "awslogs", "options": {}, "secretOptions": []}
    ranges = [{"targetNodes": ":", "container": old}]
    properties = {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": ranges}
    node = described(batch, batch.register_as("n", type="multinode", nodeProperties=properties))["nodeProperties"]
    assert node["nodeRangeProperties"] == [
        {"targetNodes": ":", "container": {**old, **{name: [] for name in LISTS}}, "instanceTypes": []}
    ]


def test_fargate_runs_on_the_latest_platform(batch: Batch) -> None:
    size = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
    single = {"image": "i", "executionRoleArn": "r", "resourceRequirements": size}
    fargate = {"platformCapabilities": ["FARGATE"]}
    shown = described(batch, batch.register_as("a", containerProperties=single, **fargate))
    assert shown["containerProperties"]["fargatePlatformConfiguration"] == {"platformVersion": "LATEST"}
    own = {**single, "fargatePlatformConfiguration": {"platformVersion": "1.4.0"}}
    shown = described(batch, batch.register_as("b", containerProperties=own, **fargate))
    assert shown["containerProperties"]["fargatePlatformConfiguration"] == {"platformVersion": "1.4.0"}
    task = {"executionRoleArn": "r", "containers": [{"name": "c", "image": "i", "resourceRequirements": size}]}
    shown = described(batch, batch.register_as("c", ecsProperties={"taskProperties": [task]}, **fargate))
    (found,) = shown["ecsProperties"]["taskProperties"]
    assert (found["platformVersion"], found["volumes"], found["containers"][0]["essential"]) == ("LATEST", [], True)


def test_variables_without_a_value_are_dropped(batch: Batch) -> None:
    variables = [{"name": "EMPTY", "value": ""}, {"name": "NONE"}, {"name": "A", "value": "1"}]
    arn = batch.register("d", {"environment": variables})
    assert described(batch, arn)["containerProperties"]["environment"] == variables[2:]
    batch.submit(jobDefinition="d")
    batch.clock.run()
    assert batch.runner.attempts[0].container.environment == {"A": "1"}
