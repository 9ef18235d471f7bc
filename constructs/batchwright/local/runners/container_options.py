"""A Batch container in the terms of the Docker API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from docker.types import DeviceRequest, LogConfig, Mount, Ulimit

if TYPE_CHECKING:
    from collections.abc import Mapping

    import docker

    from batchwright.local.engine import Attempt, Container

SERVER_LABEL: Final = "batchwright.server"
JOB_LABEL: Final = "batchwright.job"
_NOT_IN_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]")
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerOptions:
    """How one attempt's container is created.

    Attributes:
        arguments: For `APIClient.create_container`.
        volumes: Names of the volumes that belong to this attempt alone and go with it.
    """

    arguments: Mapping[str, Any]
    volumes: tuple[str, ...] = field(default=())


def container_options(
    api: docker.APIClient, attempt: Attempt, *, environment: Mapping[str, str], label: str, host_cpus: int
) -> ContainerOptions:
    """Return the options of an attempt's container.

    Memory is a hard limit without swap unless `maxSwap` says otherwise. vCPUs are shares on EC2, where idle CPU may be
    used, and a hard limit on Fargate, at most what the machine has.

    Args:
        api: Builds the host configuration.
        attempt: The attempt.
        environment: All variables.
        label: Value of the label that marks this server's containers and volumes.
        host_cpus: CPUs of the Docker engine's machine.
    """
    container = attempt.container
    labels = {SERVER_LABEL: label, JOB_LABEL: attempt.job_id}
    own = {volume["name"]: f"batchwright-{attempt.task_id}-{volume['name']}" for volume in _empty_volumes(container)}
    host_config = api.create_host_config(
        **_resources(container, host_cpus),
        **_linux(container),
        **_mounts(container, own, labels),
        privileged=container.privileged,
        read_only=container.readonly_root_filesystem,
        ulimits=[Ulimit(name=u["name"], soft=u["softLimit"], hard=u["hardLimit"]) for u in container.ulimits],
        # The output is read from the attached streams; the engine needs no copy on disk.
        log_config=LogConfig(type="none"),
    )
    arguments = {
        "image": container.image,
        "command": list(container.command) or None,
        "environment": dict(environment),
        "user": container.user,
        "labels": labels,
        "name": f"batchwright-{_NOT_IN_NAME.sub('-', attempt.job_id)}-{attempt.number}-{attempt.task_id[:8]}",
        "host_config": host_config,
    }
    return ContainerOptions(arguments=arguments, volumes=tuple(own.values()))


def _resources(container: Container, host_cpus: int) -> dict[str, Any]:
    linux = container.linux_parameters
    memory = container.memory_mib * _MIB
    options: dict[str, Any] = {
        "mem_limit": memory,
        "memswap_limit": memory + int(linux.get("maxSwap", 0)) * _MIB,
    }
    if container.platform == "FARGATE":
        options["nano_cpus"] = int(min(container.vcpus, host_cpus) * 1e9)
    else:
        options["cpu_shares"] = int(container.vcpus * 1024)
    if "swappiness" in linux and linux.get("maxSwap"):
        options["mem_swappiness"] = linux["swappiness"]
    if container.gpus:
        options["device_requests"] = [DeviceRequest(count=container.gpus, capabilities=[["gpu"]])]
    return options


def _linux(container: Container) -> dict[str, Any]:
    linux = container.linux_parameters
    options: dict[str, Any] = {}
    if "initProcessEnabled" in linux:
        options["init"] = linux["initProcessEnabled"]
    if "sharedMemorySize" in linux:
        options["shm_size"] = f"{linux['sharedMemorySize']}m"
    if linux.get("tmpfs"):
        options["tmpfs"] = {
            tmpfs["containerPath"]: ",".join((f"size={tmpfs['size']}m", *tmpfs.get("mountOptions", ())))
            for tmpfs in linux["tmpfs"]
        }
    if linux.get("devices"):
        options["devices"] = [_device(device) for device in linux["devices"]]
    return options


def _device(device: Mapping[str, Any]) -> str:
    permissions = "".join(str(p)[0].lower() if p != "MKNOD" else "m" for p in device.get("permissions", ())) or "rwm"
    return f"{device['hostPath']}:{device.get('containerPath', device['hostPath'])}:{permissions}"


def _empty_volumes(container: Container) -> list[Mapping[str, Any]]:
    return [volume for volume in container.volumes if not volume.get("host", {}).get("sourcePath")]


def _mounts(container: Container, own: Mapping[str, str], labels: dict[str, str]) -> dict[str, Any]:
    paths = {v["name"]: v["host"]["sourcePath"] for v in container.volumes if v.get("host", {}).get("sourcePath")}
    binds: list[str] = []
    mounts: list[Mount] = []
    for point in container.mount_points:
        name, target, read_only = point["sourceVolume"], point["containerPath"], bool(point.get("readOnly", False))
        if name in paths:
            # A bind, unlike a mount, makes a folder of the host that does not exist, as on an instance.
            binds.append(f"{paths[name]}:{target}:{'ro' if read_only else 'rw'}")
        else:
            mounts.append(Mount(target=target, source=own[name], type="volume", read_only=read_only, labels=labels))
    return {**({"binds": binds} if binds else {}), **({"mounts": mounts} if mounts else {})}
