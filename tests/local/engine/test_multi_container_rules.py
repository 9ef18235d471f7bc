from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.engine.shapes import MAIN, SIDE, Json, container, several

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from local.engine.harness import Batch


def with_(**members: Any) -> Json:  # noqa: ANN401
    return several({**MAIN, **members}, SIDE)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"taskProperties": []}, "taskProperties must have an entry"),
        ({"taskProperties": [{"containers": [MAIN]}, {"containers": [MAIN]}]}, "1 task"),
        ({"taskProperties": [{"containers": []}]}, "at least one entry"),
        (several(*(container(f"c{n}") for n in range(11))), "up to 10"),
        (several(SIDE), "at least one essential"),
        (several(container("a"), container("a")), "a name of its own"),
        (several(container("a"), container(None), container(None)), "a name of its own"),
        (with_(dependsOn=[{"containerName": "none", "condition": "START"}]), "none"),
        (with_(dependsOn=[{"containerName": "side", "condition": "HEALTHY"}]), "START, COMPLETE, SUCCESS"),
        (several(container("a"), container("b", dependsOn=[{"containerName": "a", "condition": "SUCCESS"}])), "START"),
        (
            several(
                container("a", dependsOn=[{"containerName": "b", "condition": "START"}]),
                container("b", dependsOn=[{"containerName": "a", "condition": "START"}]),
            ),
            "one direction",
        ),
        (with_(startTimeout=1), "2 s or more"),
        (with_(image=""), "image"),
        (with_(resourceRequirements=[]), "vCPU is not provided"),
        (with_(mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}]), "not in volumes"),
        (several(MAIN, SIDE, ipcMode="shared"), "ipcMode"),
        (several(MAIN, SIDE, pidMode="none"), "pidMode"),
        (several(MAIN, SIDE, volumes=[{"name": "v"}, {"name": "v"}]), "a name of its own"),
        (
            several(
                MAIN,
                SIDE,
                volumes=[
                    {
                        "name": "v",
                        "efsVolumeConfiguration": {
                            "fileSystemId": "fs",
                            "transitEncryption": "ENABLED",
                            "authorizationConfig": {"iam": "ENABLED"},
                        },
                    }
                ],
            ),
            "job role",
        ),
        (
            several(
                MAIN,
                SIDE,
                volumes=[
                    {
                        "name": "v",
                        "efsVolumeConfiguration": {
                            "fileSystemId": "fs",
                            "authorizationConfig": {"accessPointId": "ap"},
                        },
                    }
                ],
            ),
            "ENABLED with an access point",
        ),
        (with_(linuxParameters={"swappiness": 101}), "swappiness"),
        (with_(environment=[{"name": "AWS_BATCH_X", "value": ""}]), "AWS_BATCH"),
    ],
)
def test_refused_ecs_properties(batch: Batch, properties: Json, words: str) -> None:
    with pytest.raises(BatchError, match=words):
        batch.register_as("new", ecsProperties=properties)
    assert batch("DescribeJobDefinitions", jobDefinitionName="new")["jobDefinitions"] == []


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"privileged": True}, "privileged"),
        ({"resourceRequirements": [*MAIN["resourceRequirements"], {"type": "GPU", "value": "1"}]}, "GPU"),
        ({"linuxParameters": {"sharedMemorySize": 64}}, "sharedMemorySize"),
        ({"linuxParameters": {"tmpfs": [{"containerPath": "/t", "size": 1}]}}, "tmpfs"),
        ({"stopTimeout": 121}, "120"),
        ({"logConfiguration": {"logDriver": "syslog"}}, "syslog"),
    ],
)
def test_refused_on_fargate(batch: Batch, member: Json, words: str) -> None:
    properties = several({**MAIN, **member}, SIDE, executionRoleArn="role")
    with pytest.raises(BatchError, match=words):
        batch.register_as("new", ecsProperties=properties, platformCapabilities=["FARGATE"])


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"containerOverrides": {"command": ["x"]}}, "takes ecsPropertiesOverride"),
        ({"nodeOverrides": {"numNodes": 2}}, "takes ecsPropertiesOverride"),
        ({"ecsPropertiesOverride": several({"name": "none"})}, "'none' is not a container"),
        ({"ecsPropertiesOverride": several({"command": ["x"]})}, "is not a container"),
        ({"ecsPropertiesOverride": {"taskProperties": [{}, {}]}}, "1 entry"),
        (
            {"ecsPropertiesOverride": several({"name": "main", "environment": [{"name": "AWS_BATCH_A", "value": ""}]})},
            "reserved",
        ),
    ],
)
def test_refused_overrides(batch: Batch, members: Json, words: str) -> None:
    batch.register_as("several", ecsProperties=several(MAIN, SIDE))
    with pytest.raises(BatchError, match=words):
        batch.submit(jobDefinition="several", **members)
