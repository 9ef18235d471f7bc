"""What RegisterJobDefinition refuses of ECS tasks, of one container or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.rules import (
    check_environment,
    check_mounts,
    needs_members,
    refuse,
    unique_names,
)
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.tasks.amounts import check_fargate_size, check_new_members, checked_amounts
from batchwright.local.engine.tasks.ecs_tasks import container_name
from batchwright.local.engine.tasks.parts import resources
from batchwright.model.fargate import fargate_total_problems
from batchwright.model.linux_parameters import max_swap_problems, swappiness_problems, tmpfs_size_problems
from batchwright.model.multi_container import (
    container_timeout_problems,
    dependency_condition_problems,
    dependency_cycle_problems,
    dependency_target_problems,
    essential_problems,
    task_container_count_problems,
    task_count_problems,
)
from batchwright.model.platform_fields import PLATFORM_FIELDS
from batchwright.model.storage import (
    efs_encryption_problems,
    efs_port_problems,
    efs_role_problems,
    efs_root_problems,
    ephemeral_storage_problems,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.tasks.amounts import Amounts
    from batchwright.local.engine.tasks.container import Platform

_CONDITIONS: Final = ("START", "COMPLETE", "SUCCESS")
_FARGATE_DRIVERS: Final = ("awslogs", "splunk", "awsfirelens")
_MODES: Final = {"ipcMode": ("host", "task", "none"), "pidMode": ("host", "task")}


def check_container_properties(container: Mapping[str, Any], *, platform: Platform) -> None:
    """Raise BatchError for `containerProperties` that AWS would refuse."""
    _check_volumes(container, container.get("jobRoleArn"))
    _check_others(container, platform)
    check_new_members(container, platform=platform)
    amounts = _check_container(container, container, platform=platform, alone=True)
    if platform == "FARGATE":
        _check_fargate_task(container)
        check_fargate_size(amounts)


def check_ecs_properties(properties: Mapping[str, Any], *, platform: Platform) -> None:
    """Raise BatchError for `ecsProperties` that AWS would refuse."""
    fargate = platform == "FARGATE"
    tasks = properties.get("taskProperties") or []
    if not tasks:
        raise BatchError("ecsProperties: taskProperties must have an entry.")
    refuse("ecsProperties", task_count_problems(len(tasks)))
    task = tasks[0]
    containers = task.get("containers") or []
    if not containers:
        raise BatchError("ecsProperties: containers must have at least one entry.")
    refuse("ecsProperties", task_container_count_problems(len(containers)))
    for member, words in _MODES.items():
        if task.get(member, words[0]) not in words:
            raise BatchError(f"ecsProperties: {member} is {task[member]!r}, but must be one of {', '.join(words)}.")
    _check_volumes(task, task.get("taskRoleArn"))
    _check_others(task, platform)
    sizes = [_check_container(container, task, platform=platform, alone=False) for container in containers]
    _check_together(containers, fargate=fargate)
    if fargate:
        _check_fargate_task(task)
        vcpus, memory = sum(size.vcpus for size in sizes), sum(size.memory_mib for size in sizes)
        refuse("ecsProperties", fargate_total_problems(vcpus=vcpus, memory_mib=memory))


def _check_together(containers: list[Mapping[str, Any]], *, fargate: bool) -> None:
    names = [container_name(container) for container in containers]
    unique_names(names, "ecsProperties")
    refuse("ecsProperties", essential_problems([container.get("essential") for container in containers]))
    essential = {name: bool(c.get("essential", True)) for name, c in zip(names, containers, strict=True)}
    targets: dict[str, list[str]] = {}
    for name, container in zip(names, containers, strict=True):
        where = f"container {name}"
        targets[name] = []
        for dependency in container.get("dependsOn", ()):
            needs_members(dependency, ("containerName", "condition"), f"{where}: dependsOn")
            target, condition = str(dependency["containerName"]), str(dependency["condition"])
            if condition.upper() not in _CONDITIONS:
                raise BatchError(f"{where}: condition is {condition!r}, but must be one of {', '.join(_CONDITIONS)}.")
            refuse(where, dependency_target_problems(target, names))
            refuse(where, dependency_condition_problems(target, condition, essential=essential[target]))
            targets[name].append(target)
        for member in ("startTimeout", "stopTimeout"):
            if member in container:
                refuse(where, container_timeout_problems(container[member], field=member, fargate=fargate))
    refuse("ecsProperties", dependency_cycle_problems(targets))


def _check_container(
    container: Mapping[str, Any], task: Mapping[str, Any], *, platform: Platform, alone: bool
) -> Amounts:
    if not container.get("image"):
        raise BatchError("Container properties must contain image.")
    amounts = checked_amounts(resources(container), platform=platform, alone=alone)
    check_environment(container.get("environment", []))
    names = [volume.get("name", "") for volume in task.get("volumes", ())]
    points = container.get("mountPoints", ())
    check_mounts(points, names, members=("sourceVolume", "containerPath"), where="mountPoints")
    _check_linux(container.get("linuxParameters", {}))
    if platform == "FARGATE":
        _check_fargate_container(container)
    return amounts


def _check_linux(linux: Mapping[str, Any]) -> None:
    for tmpfs in linux.get("tmpfs", ()):
        refuse("linuxParameters.tmpfs", tmpfs_size_problems(tmpfs["size"]))
    if "swappiness" in linux:
        refuse("linuxParameters", swappiness_problems(linux["swappiness"]))
    if "maxSwap" in linux:
        refuse("linuxParameters", max_swap_problems(linux["maxSwap"]))


def _check_volumes(task: Mapping[str, Any], role: str | None) -> None:
    names = [volume.get("name") for volume in task.get("volumes", ())]
    if None in names or "" in names or len(set(names)) < len(names):
        raise BatchError("volumes: each volume must have a name of its own.")
    for volume in task.get("volumes", ()):
        efs = volume.get("efsVolumeConfiguration")
        if not efs:
            continue
        where = f"volume {volume['name']}"
        access = efs.get("authorizationConfig", {})
        encryption = str(efs.get("transitEncryption", "DISABLED"))
        if access.get("accessPointId"):
            refuse(where, efs_root_problems(efs.get("rootDirectory", "/")))
            refuse(where, efs_encryption_problems(encryption, reason="an access point"))
        if str(access.get("iam", "")).upper() == "ENABLED":
            refuse(where, efs_encryption_problems(encryption, reason="iam"))
            refuse(where, [] if role else efs_role_problems())
        if "transitEncryptionPort" in efs:
            refuse(where, efs_port_problems(efs["transitEncryptionPort"]))


def _check_others(properties: Mapping[str, Any], platform: Platform) -> None:
    for member, only in PLATFORM_FIELDS.items():
        if member in properties and platform != only:
            raise BatchError(f"{member} is not applicable to jobs that run on {platform} resources, only on {only}.")


def _check_fargate_task(task: Mapping[str, Any]) -> None:
    if not task.get("executionRoleArn"):
        raise BatchError("executionRoleArn must be provided for a job definition with the platform FARGATE.")
    if any(volume.get("host", {}).get("sourcePath") for volume in task.get("volumes", ())):
        raise BatchError("volumes: host.sourcePath is not supported for jobs that run on Fargate resources.")
    if task.get("ipcMode"):
        raise BatchError("ipcMode is not applicable to jobs that run on Fargate resources.")
    if "ephemeralStorage" in task:
        refuse("ephemeralStorage", ephemeral_storage_problems(task["ephemeralStorage"]["sizeInGiB"]))


def _check_fargate_container(container: Mapping[str, Any]) -> None:
    if container.get("privileged"):
        raise BatchError("privileged is not applicable to jobs that run on Fargate resources.")
    if container.get("ulimits"):
        raise BatchError("ulimits is not applicable to jobs that run on Fargate resources.")
    for member in ("devices", "sharedMemorySize", "tmpfs", "maxSwap", "swappiness"):
        if container.get("linuxParameters", {}).get(member) is not None:
            raise BatchError(f"linuxParameters.{member} is not applicable to jobs that run on Fargate resources.")
    driver = str(container.get("logConfiguration", {}).get("logDriver", "awslogs"))
    if driver not in _FARGATE_DRIVERS:
        allowed = ", ".join(_FARGATE_DRIVERS)
        raise BatchError(f"logConfiguration.logDriver {driver!r} is not one that Fargate has: {allowed}.")
