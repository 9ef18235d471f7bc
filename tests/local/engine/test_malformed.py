"""Definitions with a part taken out: they are refused in the API's words, or run."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from local.engine.shapes import SIZE, Json, container, entry, group, nodes, pod, several

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.engine.harness import Batch

Path = tuple[str | int, ...]
FULL = container(
    "main",
    command=["x"],
    environment=[{"name": "A", "value": "1"}],
    secrets=[{"name": "S", "valueFrom": "arn"}],
    ulimits=[{"name": "nofile", "softLimit": 1, "hardLimit": 2}],
    mountPoints=[{"sourceVolume": "efs", "containerPath": "/e", "readOnly": True}],
    linuxParameters={
        "tmpfs": [{"containerPath": "/t", "size": 1, "mountOptions": ["noexec"]}],
        "devices": [{"hostPath": "/d", "containerPath": "/d", "permissions": ["READ"]}],
    },
    logConfiguration={
        "logDriver": "awslogs",
        "options": {"awslogs-group": "g"},
        "secretOptions": [{"name": "n", "valueFrom": "arn"}],
    },
    repositoryCredentials={"credentialsParameter": "arn"},
)
VOLUMES = [
    {"name": "host", "host": {"sourcePath": "/h"}},
    {
        "name": "efs",
        "efsVolumeConfiguration": {
            "fileSystemId": "fs",
            "rootDirectory": "/",
            "transitEncryption": "ENABLED",
            "transitEncryptionPort": 1,
            "authorizationConfig": {"accessPointId": "ap", "iam": "ENABLED"},
        },
    },
    {"name": "s3", "s3filesVolumeConfiguration": {"fileSystemArn": "arn", "accessPointArn": "arn"}},
]
SINGLE = {key: value for key, value in FULL.items() if key != "name"}
TASK = several(
    {**FULL, "dependsOn": [{"containerName": "side", "condition": "START"}], "startTimeout": 9},
    container("side", essential=False, firelensConfiguration={"type": "fluentbit", "options": {"a": "b"}}),
    volumes=VOLUMES,
    taskRoleArn="arn",
    executionRoleArn="arn",
)
POD = pod(
    entry(
        "main",
        env=[{"name": "A", "value": "1"}],
        volumeMounts=[{"name": "disk", "mountPath": "/d", "subPath": "s"}],
        securityContext={"runAsUser": 1, "runAsGroup": 2},
    ),
    initContainers=[entry("init")],
    volumes=[
        {"name": "disk", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
        {"name": "host", "hostPath": {"path": "/h"}},
        {"name": "secret", "secret": {"secretName": "s", "optional": True}},
        {"name": "claim", "persistentVolumeClaim": {"claimName": "c", "readOnly": True}},
    ],
    imagePullSecrets=[{"name": "r"}],
    metadata={"labels": {"a": "b"}, "namespace": "n"},
)
DEFINITIONS: dict[str, Json] = {
    "single": {"containerProperties": {**SINGLE, "volumes": VOLUMES, "jobRoleArn": "arn"}},
    "several": {"ecsProperties": TASK},
    "pod": {"eksProperties": POD},
    "nodes": {
        "type": "multinode",
        "nodeProperties": nodes(2, group("0:0"), {"targetNodes": "1:", "ecsProperties": TASK}),
    },
    "resources": {
        "containerProperties": {"image": "i", "resourceRequirements": SIZE},
        "consumableResourceProperties": {"consumableResourceList": [{"consumableResource": "l", "quantity": 1}]},
    },
}


def paths(value: Any, prefix: Path = ()) -> Iterator[Path]:  # noqa: ANN401
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*prefix, key)
        yield from paths(item, (*prefix, key))


def without(value: Json, path: Path) -> Json:
    changed = copy.deepcopy(value)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return changed


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_definition_without_one_of_its_parts(eks: Batch, name: str) -> None:
    eks("CreateConsumableResource", consumableResourceName="l", totalQuantity=1_000)
    whole = DEFINITIONS[name]
    queue = "eks" if name == "pod" else "queue"
    tried = ran = 0
    for path in paths(whole):
        tried += 1
        try:
            eks.register_as("d", **without(whole, path))
            job = eks.submit(jobDefinition="d", jobQueue=queue)
        except BatchError:
            continue
        eks.clock.run()
        assert eks.status(job) == "SUCCEEDED", path
        ran += 1
    assert 0 < ran < tried
    eks.check_events()
