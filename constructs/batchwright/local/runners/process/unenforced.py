"""What a container asks for and a plain process does not get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.local.engine import ClaimVolume, EmptyVolume

if TYPE_CHECKING:
    from batchwright.local.engine import Attempt, Container

_LINUX: Final = {
    "devices": "devices",
    "initProcessEnabled": "an init process",
    "maxSwap": "swap",
    "sharedMemorySize": "the size of shared memory",
    "swappiness": "swap",
    "tmpfs": "tmpfs",
}


def unenforced(attempt: Attempt) -> list[str]:
    """Return in words what an attempt asks for that only containers have, each thing once."""
    found = [thing for container in attempt.containers for thing in _of(container)]
    if any(isinstance(volume, EmptyVolume) and (volume.memory or volume.size_mib) for volume in attempt.volumes):
        found.append("sizes of volumes")
    if any(isinstance(volume, ClaimVolume) and volume.read_only for volume in attempt.volumes):
        found.append("read-only mounts")
    if attempt.network is not None:
        found.append("an address for each node")
    return list(dict.fromkeys(found))


def _of(container: Container) -> list[str]:
    asked = {
        "memory limits": container.memory_mib,
        "vCPU limits": container.vcpus,
        "GPUs": container.gpus,
        "users": container.user or container.non_root,
        "privileges": container.privileged or container.no_new_privileges,
        "a read-only file system": container.readonly_root_filesystem,
        "read-only mounts": any(mount.read_only for mount in container.mounts),
        "mounts at their paths": container.mounts,
        "ulimits": container.ulimits,
        f"the log driver {container.log.driver}": container.log.driver != "awslogs",
    }
    linux = [words for member, words in _LINUX.items() if container.linux_parameters.get(member)]
    return [*(words for words, value in asked.items() if value), *linux]
