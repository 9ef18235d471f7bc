"""Volumes of tasks as volumes and folders of the Docker engine."""

from __future__ import annotations

import io
import re
import tarfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine import (
    Attempt,
    ClaimVolume,
    EmptyVolume,
    FileSystemVolume,
    HostVolume,
    Volume,
)
from batchwright.local.runners.volume_sources import access_point, secret_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    import docker

    from batchwright.local.runners.docker.pause import PauseImage
    from batchwright.local.runners.roles import Clients

_NOT_IN_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_INSIDE: Final = "/volume"
_EVERYBODY: Final = 0o777
_FOLDER_MODE: Final = "755"
_SECRET_MODE: Final = 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a volume of a task lies.

    Attributes:
        source: Name of a volume of the engine, or a path of the machine.
        is_path: True for a path of the machine.
        folder: The folder of the volume that is its root, without slashes at the ends; empty for the whole volume.
        own: True when it belongs to one attempt alone and goes with it.
        in_memory: True when its files are kept in memory, and only while a container has it mounted.
        read_only: True when no container may write there.
        copy: True when an empty one begins with what the image has at the path.
    """

    source: str
    is_path: bool = False
    folder: str = ""
    own: bool = False
    in_memory: bool = False
    read_only: bool = False
    copy: bool = False


class Volumes:
    """Finds a place for each volume of a task.

    - A folder of the host is that folder when this machine has it, and else a volume that all jobs of this server
      share: the folders of an instance would only be strange ones here, made by root.
    - A file system, and a claim of Kubernetes, is a volume that all jobs of this server share. A root directory or an
      access point is a folder of it, with the owner and the permissions that the access point says.
    - A Kubernetes secret is read from the secret of the same name in Secrets Manager: a file for each key of its JSON.

    Shared volumes last as long as the server. Thread-safe.

    Args:
        api: The Docker engine.
        client: Service name to boto3 client (`efs`, `secretsmanager`).
        labels: Labels of shared volumes.
        prefix: Beginning of their names, which keeps those of two servers apart.
        pause: Makes the container that files are copied through.
    """

    def __init__(
        self, *, api: docker.APIClient, client: Clients, labels: Mapping[str, str], prefix: str, pause: PauseImage
    ) -> None:
        self._api = api
        self._client = client
        self._labels = labels
        self._prefix = prefix
        self._pause = pause
        self._folders: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def places(self, attempt: Attempt, labels: Mapping[str, str]) -> dict[str, Place]:
        """Return where each volume of an attempt lies; `labels` are for those of its own.

        Raises:
            LaunchError: A secret is missing.
        """
        return {volume.name: self._place(volume, attempt, labels) for volume in attempt.volumes}

    def path(self, place: Place, folder: str, labels: Mapping[str, str]) -> str:
        """Return the path, on the engine's machine, of a folder of a volume."""
        name = place.source
        mountpoint = str(self._api.create_volume(name, labels=dict(labels))["Mountpoint"])
        return f"{mountpoint}/{folder}"

    def _place(self, volume: Volume, attempt: Attempt, labels: Mapping[str, str]) -> Place:
        if isinstance(volume, HostVolume):
            if Path(volume.path).exists():
                return Place(source=volume.path, is_path=True)
            return Place(source=self._shared("host", volume.path))
        if isinstance(volume, FileSystemVolume):
            return self._file_system(volume)
        if isinstance(volume, ClaimVolume):
            return Place(source=self._shared("claim", volume.claim_name), read_only=volume.read_only)
        own = f"batchwright-{attempt.task_id}-{volume.name}"
        if isinstance(volume, EmptyVolume):
            if volume.memory:
                options = {"type": "tmpfs", "device": "tmpfs", "o": _size(volume)}
                self._api.create_volume(own, driver="local", driver_opts=options, labels=dict(labels))
            return Place(source=own, own=True, in_memory=volume.memory, copy=attempt.platform != "EKS")
        self._api.create_volume(own, labels=dict(labels))
        files = secret_files(self._client, volume)
        self._write(own, [_entry(name, size=len(content)) for name, content in files.items()], list(files.values()))
        return Place(source=own, own=True)

    def _shared(self, kind: str, key: str) -> str:
        name = _NOT_IN_NAME.sub("-", key).strip("-") or "root"
        return f"{self._prefix}-{kind}-{name}"

    def _file_system(self, volume: FileSystemVolume) -> Place:
        source = self._shared("file-system", volume.file_system_id.rpartition("/")[2])
        if volume.access_point_id is None:
            return Place(source=source, folder=volume.root_directory.strip("/"))
        point = access_point(self._client, volume.access_point_id)
        folder = str(point.get("RootDirectory", {}).get("Path") or "/").strip("/")
        with self._lock:
            if folder and (source, folder) not in self._folders:
                self._api.create_volume(source, labels=dict(self._labels))
                self._write(source, list(_folders(folder, point)), [])
                self._folders.add((source, folder))
        return Place(source=source, folder=folder)

    def _write(self, volume: str, entries: list[tarfile.TarInfo], contents: list[bytes]) -> None:
        """Write entries into a volume, through a container that never runs."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for index, entry in enumerate(entries):
                tar.addfile(entry, io.BytesIO(contents[index]) if contents else None)
        host_config = self._api.create_host_config(binds=[f"{volume}:{_INSIDE}:rw"])
        helper = self._pause.create(host_config=host_config, labels=dict(self._labels))
        try:
            self._api.put_archive(helper, _INSIDE, buffer.getvalue())
        finally:
            self._api.remove_container(helper, force=True)


def _size(volume: EmptyVolume) -> str:
    return f"size={volume.size_mib}m" if volume.size_mib else ""


def _entry(name: str, *, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, _SECRET_MODE
    return entry


def _folders(path: str, point: Mapping[str, Any]) -> list[tarfile.TarInfo]:
    """Return the folders down to an access point's root, the last one with its owner and permissions.

    EFS makes them so with the first mount. With a user of the access point, everybody may write there, as everybody is
    that user.
    """
    creation = point.get("RootDirectory", {}).get("CreationInfo") or {}
    user = point.get("PosixUser") or {}
    folders: list[tarfile.TarInfo] = []
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        entry = tarfile.TarInfo("/".join(parts[:depth]))
        entry.type, entry.mode = tarfile.DIRTYPE, int(_FOLDER_MODE, 8)
        folders.append(entry)
    last = folders[-1]
    last.uid = int(creation.get("OwnerUid", user.get("Uid", 0)))
    last.gid = int(creation.get("OwnerGid", user.get("Gid", 0)))
    last.mode = _EVERYBODY if user else int(str(creation.get("Permissions", _FOLDER_MODE)), 8)
    return folders
