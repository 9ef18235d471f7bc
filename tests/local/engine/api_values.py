"""Puts a member of the AWS Batch API into a request, with the least that has to come with it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

if TYPE_CHECKING:
    from local.engine.shapes import Json

# What a structure must have as a whole, by its name.
STRUCTURES: Final[dict[str, Json]] = {
    "environment": {"name": "A", "value": "1"},
    "env": {"name": "A", "value": "1"},
    "secrets": {"name": "S", "valueFrom": "arn"},
    "secretOptions": {"name": "o", "valueFrom": "arn"},
    "mountPoints": {"sourceVolume": "v", "containerPath": "/v"},
    "volumeMounts": {"name": "v", "mountPath": "/v"},
    "host": {"sourcePath": "/h"},
    "hostPath": {"path": "/h"},
    "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"},
    "secret": {"secretName": "s", "optional": True},
    "persistentVolumeClaim": {"claimName": "c"},
    "efsVolumeConfiguration": {"fileSystemId": "fs-1", "transitEncryption": "ENABLED"},
    "s3filesVolumeConfiguration": {"fileSystemArn": "arn:fs"},
    "ulimits": {"name": "nofile", "softLimit": 1, "hardLimit": 2},
    "devices": {"hostPath": "/d", "containerPath": "/e", "permissions": ["READ"]},
    "tmpfs": {"containerPath": "/t", "size": 8},
    "securityContext": {"runAsUser": 1, "runAsGroup": 2},
    "logConfiguration": {"logDriver": "awslogs"},
    "consumableResourceList": {"consumableResource": "license", "quantity": 1},
    "evaluateOnExit": {"action": "RETRY", "onReason": "a*"},
    "retryStrategy": {"attempts": 2},
    "shareDistribution": {"shareIdentifier": "team", "weightFactor": 0.5},
    "filters": {"name": "JOB_NAME", "values": ["a*"]},
    "jobStateTimeLimitActions": {
        "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
        "state": "RUNNABLE",
        "maxTimeSeconds": 600,
        "action": "CANCEL",
    },
    "capacityLimits": {"capacityUnit": "ml.g6.xlarge", "maxCapacity": 4},
    "computeEnvironmentOrder": {"order": 1, "computeEnvironment": "environment"},
    "serviceEnvironmentOrder": {"order": 1, "serviceEnvironment": "instances"},
    "dependsOn": {"containerName": "main", "condition": "START"},
    "firelensConfiguration": {"type": "fluentbit"},
    "nodePropertyOverrides": {"targetNodes": "0:"},
    "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW", "borrowLimit": 50},
    "resourceRequirements": {"type": "VCPU", "value": "2"},
}
# Where AWS's rules, or a default, ask for another value than the first that has the type.
VALUES: Final[dict[str, Any]] = {
    "limits": {"cpu": "2", "memory": "1024Mi"},
    "requests": {"cpu": "0.5", "memory": "1024Mi"},
    "imagePullPolicy": "Always",
    "allowPrivilegeEscalation": False,
    "essential": False,
    "hostNetwork": False,
    "dnsPolicy": "Default",
    "namespace": "jobs",
    "ipcMode": "task",
    "pidMode": "task",
    "maxvCpus": 32,
    "minvCpus": 2,
    "desiredvCpus": 4,
    "instanceTypes": ["m5.xlarge"],
    "startTimeout": 9,
    "stopTimeout": 9,
    "sizeInGiB": 30,
    "attemptDurationSeconds": 90,
    "parameters": {"file": "a"},
    "platformCapabilities": ["EC2"],
    "onExitCode": "1",
    "jobDefinitionName": "definition",
    "jobStatus": "RUNNABLE",
    "options": {"awslogs-group": "g"},
    "numNodes": 3,
    "type": None,
    "size": 8,
    "vcpus": 2,
    "memory": 1024,
    "rootDirectory": "/files",
    "schedulingPriority": 3,
    "operation": "ADD",
    "resourceType": "NON_REPLENISHABLE",
    "reason": "because",
    "targetNodes": "0:",
}


def generated(shape: Shape, name: str) -> Any:  # noqa: ANN401
    """A value that the API takes for a member."""
    if VALUES.get(name) is not None:
        return copy.deepcopy(VALUES[name])
    if isinstance(shape, StructureShape):
        return _structure(shape, name)
    if isinstance(shape, ListShape):
        return [generated(shape.member, "")]
    if isinstance(shape, MapShape):
        return {"key": "value"}
    if shape.type_name == "string":
        return (shape.metadata.get("enum") or ["value"])[0]
    return {"boolean": True, "float": 0.5, "double": 0.5}.get(shape.type_name, 1)


def put(request: Json, shape: Shape | None, leaf: str, value: Any) -> None:  # noqa: ANN401
    """Put a value, or a generated one, at a place of a request that has nothing there."""
    place: Any = request
    names = leaf.split(".")
    for position, name in enumerate(names):
        assert isinstance(shape, StructureShape)
        shape = shape.members[name]
        last = position == len(names) - 1
        if last and value is not None:
            place[name] = value
        elif last:
            place.setdefault(name, generated(shape, name))
        elif isinstance(shape, ListShape):
            shape = shape.member
            place = place.setdefault(name, [_structure(shape, name)])[0]
        else:
            place = place.setdefault(name, _structure(shape, name))


def take(request: Json, leaf: str) -> None:
    """Take a member out of a request."""
    place: Any = request
    *before, last = leaf.split(".")
    for name in before:
        place = place[name][0] if isinstance(place[name], list) else place[name]
    del place[last]


def at(request: Json, leaf: str) -> Any:  # noqa: ANN401
    """The value of a member of a request."""
    place: Any = request
    for name in leaf.split("."):
        place = place[0] if isinstance(place, list) else place
        place = place[name]
    return place


def _structure(shape: Shape, name: str) -> Json:
    assert isinstance(shape, StructureShape)
    found = copy.deepcopy(STRUCTURES.get(name, {}))
    known = {member: value for member, value in found.items() if member in shape.members}
    needed = {one: generated(shape.members[one], one) for one in shape.required_members if one not in known}
    return {**known, **needed}
