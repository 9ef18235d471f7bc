"""Volumes of tasks as folders of this machine, for programs that run without containers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchwright.local.engine import Attempt, ClaimVolume, Container, EmptyVolume, FileSystemVolume, HostVolume, Volume
from batchwright.local.runners.volume_sources import access_point, secret_files

if TYPE_CHECKING:
    from batchwright.local.runners.process.home import Home
    from batchwright.local.runners.roles import Clients

_NOT_IN_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]+")


class SharedFolders:
    """Folders that jobs share: file systems, claims of Kubernetes, folders of the host. Thread-safe.

    They last as long as the runner.

    Args:
        client: Service name to boto3 client (`efs`, `secretsmanager`).
        home: Where they lie.
    """

    def __init__(self, *, client: Clients, home: Home) -> None:
        self._client = client
        self._home = home

    def folders(self, attempt: Attempt, own: Path) -> dict[str, Path]:
        """Return the folder of each volume of an attempt, made if need be.

        Args:
            attempt: The attempt.
            own: Where those lie that belong to it alone.

        Raises:
            LaunchError: A secret is missing.
        """
        return {volume.name: self._folder(volume, own) for volume in attempt.volumes}

    def _folder(self, volume: Volume, own: Path) -> Path:
        if isinstance(volume, HostVolume):
            path = Path(volume.path)
            return path if path.exists() else self._shared("host", volume.path, "")
        if isinstance(volume, ClaimVolume):
            return self._shared("claim", volume.claim_name, "")
        if isinstance(volume, FileSystemVolume):
            root = volume.root_directory
            if volume.access_point_id is not None:
                point = access_point(self._client, volume.access_point_id)
                root = str(point.get("RootDirectory", {}).get("Path") or "/")
            return self._shared("file-system", volume.file_system_id.rpartition("/")[2], root)
        folder = own / volume.name
        folder.mkdir(parents=True, exist_ok=True)
        if not isinstance(volume, EmptyVolume):
            for name, content in secret_files(self._client, volume).items():
                (folder / _NOT_IN_NAME.sub("-", name)).write_bytes(content)
        return folder

    def _shared(self, kind: str, key: str, inside: str) -> Path:
        root = self._home.volumes() / kind / (_NOT_IN_NAME.sub("-", key).strip("-.") or "root")
        folder = (root / inside.strip("/")).resolve()
        # `..` in a root directory leads nowhere, as in the file system itself.
        folder = folder if folder.is_relative_to(root.resolve()) else root
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class Paths:
    """Puts the folders of volumes in the place of the paths at which a container would see them.

    Args:
        container: The container with its mounts.
        folders: The folder of each volume.
    """

    def __init__(self, container: Container, folders: dict[str, Path]) -> None:
        found = {m.path.rstrip("/"): folders[m.volume] / (m.sub_path or "").strip("/") for m in container.mounts}
        for folder in found.values():
            folder.mkdir(parents=True, exist_ok=True)
        # The longest first: one mount may lie in another.
        self._folders = dict(sorted(found.items(), key=lambda item: -len(item[0])))

    def translate(self, text: str) -> str:
        """Return a word of a command, or a variable's value, with the folder instead of the path it begins with.

        Of `--option=/path/file` the part after the first sign is meant.
        """
        option, equals, value = text.partition("=")
        if equals and option.startswith("-"):
            return f"{option}={self._path(value)}"
        return self._path(text)

    def _path(self, text: str) -> str:
        for path, folder in self._folders.items():
            if text == path or text.startswith(f"{path}/"):
                return f"{folder}{text[len(path) :]}"
        return text
