"""The container that holds what the containers of a task share, so that it outlives each of them."""

from __future__ import annotations

import io
import struct
import tarfile
import threading
from typing import TYPE_CHECKING, Any, Final

from docker.errors import ImageNotFound

from batchwright.local.runners.launch import LaunchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import docker

# The machine's number in ELF, and code that waits for ever: nothing can be pulled where there is no network, and no
# image of the user's is sure to have a program that waits.
_PROGRAMS: Final = {
    # mov eax, 34 (pause); syscall; jmp back
    "x86_64": (62, bytes.fromhex("b822000000 0f05 ebf7")),
    # mov x0..x3, 0; mov x8, 73 (ppoll); svc 0; b back
    "aarch64": (183, struct.pack("<7I", *(0xD2800000 | n for n in range(4)), 0xD2800928, 0xD4000001, 0x17FFFFFA)),
}
_NAMES: Final = {"amd64": "x86_64", "arm64": "aarch64"}
_ADDRESS: Final = 0x400000
_HEADERS: Final = 64 + 56
_PATH: Final = "pause"


class PauseImage:
    """An image of one tiny program that only waits, made in the engine when it is first needed.

    Args:
        api: The Docker engine.
        labels: Labels of the image.
        name: Its name.
        architecture: Says the engine's architecture in Docker's terms.
    """

    def __init__(
        self, *, api: docker.APIClient, labels: Mapping[str, str], name: str, architecture: Callable[[], str]
    ) -> None:
        self._api = api
        self._labels = labels
        self._name = name
        self._architecture = architecture
        self._lock = threading.Lock()

    def create(self, **options: Any) -> str:  # noqa: ANN401 - of APIClient.create_container
        """Create a container of it and return its id.

        Raises:
            LaunchError: The engine's architecture is not known.
        """
        arguments = {"image": self._name, "command": [f"/{_PATH}"], **options}
        try:
            return str(self._api.create_container(**arguments)["Id"])
        except ImageNotFound:
            with self._lock:
                self._make()
        return str(self._api.create_container(**arguments)["Id"])

    def _make(self) -> None:
        try:
            self._api.inspect_image(self._name)  # type: ignore[no-untyped-call]
        except ImageNotFound:
            repository, _, tag = self._name.partition(":")
            labels = [f'LABEL "{name}"="{value}"' for name, value in self._labels.items()]
            self._api.import_image_from_data(
                archive({_PATH: program(self._architecture())}), repository=repository, tag=tag, changes=labels
            )


def program(architecture: str) -> bytes:
    """Return a Linux program that waits until it is killed.

    Raises:
        LaunchError: For that architecture there is none.
    """
    name = _NAMES.get(architecture, architecture)
    if name not in _PROGRAMS:
        raise LaunchError(
            f"CannotCreateContainerError: tasks of several containers run on {' and '.join(_PROGRAMS)}, but the Docker "
            f"engine's machine is {architecture}"
        )
    machine, code = _PROGRAMS[name]
    size = _HEADERS + len(code)
    start = _ADDRESS + _HEADERS
    kind = b"\x7fELF" + bytes((2, 1, 1)) + bytes(9)
    header = kind + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, start, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return header + struct.pack("<IIQQQQQQ", 1, 5, 0, _ADDRESS, _ADDRESS, size, size, 0x10000) + code


def archive(files: Mapping[str, bytes], *, mode: int = 0o755) -> bytes:
    """Return a tar archive of these files, owned by root."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), mode
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
