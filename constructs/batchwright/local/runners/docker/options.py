"""A Batch container in the terms of the Docker API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from docker.types import DeviceRequest, LogConfig, Mount, Ulimit

from batchwright.local.runners.docker.owner import JOB_LABEL
from batchwright.local.runners.launch import LaunchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import docker

    from batchwright.local.engine import Attempt, Container
    from batchwright.local.runners.docker.volumes import Place

_NOT_IN_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]")
_MIB: Final = 1024 * 1024
_LEAST_SHARES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the containers of a task share.

    Attributes:
        pause: Id of the container whose network they use, None for a task of one container, which has its own.
        ipc: True when they use its IPC namespace too.
        pid: True when they use its process ids too.
        places: Where the task's volumes lie.
        path: Path, on the engine's machine, of a folder of a place.
    """

    pause: str | None = None
    ipc: bool = False
    pid: bool = False
    places: Mapping[str, Place] = field(default_factory=dict)
    path: Callable[[Place, str], str]


def container_options(
    api: docker.APIClient,
    attempt: Attempt,
    container: Container,
    *,
    shared: Shared,
    environment: Mapping[str, str],
    labels: Mapping[str, str],
    name: str,
    host_cpus: int,
) -> dict[str, Any]:
    """Return the arguments of `APIClient.create_container` for a container.

    Memory is a hard limit without swap unless `maxSwap` says otherwise. vCPUs are shares where idle CPU may be used,
    and a hard limit where they may not (Fargate, limits of pods), at most what the machine has.

    Args:
        api: Builds the host configuration.
        attempt: The attempt.
        container: One of its containers.
        shared: What it shares with the others.
        environment: All variables.
        labels: Labels of the container.
        name: Name of the container in the engine.
        host_cpus: CPUs of the Docker engine's machine.

    Raises:
        LaunchError: A part of a volume in memory is asked for.
    """
    host_config = api.create_host_config(
        **_resources(container, host_cpus),
        **_linux(container),
        **_mounts(container, shared, labels),
        **_namespaces(attempt, shared),
        privileged=container.privileged,
        security_opt=["no-new-privileges:true"] if container.no_new_privileges else None,
        read_only=container.readonly_root_filesystem,
        ulimits=[Ulimit(name=u["name"], soft=u["softLimit"], hard=u["hardLimit"]) for u in container.ulimits],
        # The output is read from the attached streams; the engine needs no copy on disk.
        log_config=LogConfig(type="none"),
    )
    return {
        "image": container.image,
        "command": list(container.command) or None,
        "entrypoint": list(container.entry_point) or None,
        "environment": dict(environment),
        "user": container.user,
        "labels": dict(labels),
        "name": name,
        "host_config": host_config,
    }


def container_name(attempt: Attempt, part: str | None) -> str:
    """Return the name of an attempt's container in the engine, by which a user knows the job."""
    words = ("batchwright", _NOT_IN_NAME.sub("-", attempt.job_id), str(attempt.number), attempt.task_id[:8], part)
    return "-".join(word for word in words if word)


def _resources(container: Container, host_cpus: int) -> dict[str, Any]:
    linux = container.linux_parameters
    options: dict[str, Any] = {}
    if container.memory_mib:
        memory = container.memory_mib * _MIB
        options["mem_limit"] = memory
        options["memswap_limit"] = memory + int(linux.get("maxSwap", 0)) * _MIB
    limit = container.vcpus if container.platform == "FARGATE" else container.cpu_limit
    if limit:
        options["nano_cpus"] = int(min(limit, host_cpus) * 1e9)
    elif container.vcpus:
        options["cpu_shares"] = max(_LEAST_SHARES, int(container.vcpus * 1024))
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


def _namespaces(attempt: Attempt, shared: Shared) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if shared.pause is not None:
        options["network_mode"] = f"container:{shared.pause}"
        if shared.pid:
            options["pid_mode"] = f"container:{shared.pause}"
    if attempt.ipc_mode == "none":
        options["ipc_mode"] = "none"
    elif shared.pause is not None and shared.ipc:
        options["ipc_mode"] = f"container:{shared.pause}"
    return options


def _mounts(container: Container, shared: Shared, labels: Mapping[str, str]) -> dict[str, Any]:
    binds: list[str] = []
    mounts: list[Mount] = []
    for point in container.mounts:
        place = shared.places[point.volume]
        read_only = point.read_only or place.read_only
        folder = "/".join(part.strip("/") for part in (place.folder, point.sub_path or "") if part.strip("/"))
        if place.is_path:
            source = f"{place.source.rstrip('/')}/{folder}" if folder else place.source
        elif not folder:
            mounts.append(
                Mount(
                    target=point.path,
                    source=place.source,
                    type="volume",
                    read_only=read_only,
                    no_copy=not place.copy,
                    labels={name: value for name, value in labels.items() if place.own or name != JOB_LABEL},
                )
            )
            continue
        elif place.in_memory:
            raise LaunchError(
                f"CreateContainerConfigError: a folder ({point.sub_path}) of volume {point.volume}, which is kept in "
                "memory, cannot be mounted by the local AWS"
            )
        else:
            source = shared.path(place, folder)
        # A bind, unlike a mount, makes a folder that does not exist.
        binds.append(f"{source}:{point.path}:{'ro' if read_only else 'rw'}")
    return {**({"binds": binds} if binds else {}), **({"mounts": mounts} if mounts else {})}
