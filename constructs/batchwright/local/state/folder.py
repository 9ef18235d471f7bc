"""The folder of a local AWS's state: one server at a time, and always a whole state or none."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.emulator.guard import SUPPORTED_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FORMAT: Final = 1
_MANIFEST: Final = "state.json"
_LOCK: Final = "lock"
_CONTENT: Final = "content"
_OWN: Final = frozenset({_MANIFEST, _LOCK, _CONTENT, f"{_MANIFEST}.new"})
_OF_OWNER: Final = 0o700
_READABLE_BY_OWNER: Final = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a folder has.

    Attributes:
        account: Account of the server.
        region: Its home region.
        port: The port that it listened on.
        parts: Names of what was kept, and of the files with it.
        blobs: Further files that the parts name.
        format: Form of the folder.
        batchwright: Version that wrote it.
        ministack: Version of ministack that it was written with.
    """

    account: str
    region: str
    port: int
    parts: Mapping[str, str]
    blobs: tuple[str, ...] = ()
    format: int = _FORMAT
    batchwright: str = field(default_factory=lambda: metadata.version("batchwright"))
    ministack: str = SUPPORTED_VERSION


class StateFolder:
    """A folder that is held by this process from construction to `close`.

    Each file of content is named by its SHA-256 and never changed; `state.json` names those that belong to the state.
    It is replaced at once when all others are on the disk, so what a crash leaves is the state before.

    Args:
        path: The folder; it is made when there is none.

    Raises:
        LocalAwsError: Another process holds it, it has files of something else, or it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = -1
        try:
            self._lock = _held(path)
        except OSError as error:
            raise LocalAwsError(f"state: {path} cannot be used: {error.strerror or error}") from error

    def read(self, *, account: str, region: str) -> Saved | None:
        """Return what the folder has, None when nothing was saved yet.

        Raises:
            LocalAwsError: It is of another account, region or version, or damaged.
        """
        try:
            text = (self.path / _MANIFEST).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            saved = Saved(**json.loads(text))
        except (ValueError, TypeError) as error:
            self._check_versions(text)
            raise self.damaged(_MANIFEST) from error
        self._check_versions(text)
        if (saved.account, saved.region) != (account, region):
            raise LocalAwsError(
                f"state: {self.path} is of account {saved.account} in {saved.region}, not of {account} in {region}: "
                "start with those, or give another folder"
            )
        return saved

    def put(self, content: bytes) -> str:
        """Write a file of content, unless there is one, and return its name."""
        name = hashlib.sha256(content).hexdigest()
        path = self.path / _CONTENT / name
        if not path.exists():
            _write(path, content)
        return name

    def get(self, name: str) -> bytes:
        """Return a file of content.

        Raises:
            LocalAwsError: It is missing, or not what was written.
        """
        try:
            content = (self.path / _CONTENT / name).read_bytes()
        except OSError as error:
            raise self.damaged(f"{_CONTENT}/{name}") from error
        if hashlib.sha256(content).hexdigest() != name:
            raise self.damaged(f"{_CONTENT}/{name}")
        return content

    def commit(self, saved: Saved) -> None:
        """Make this the folder's state, and remove the content of the one before."""
        _synced(self.path / _CONTENT)
        _write(self.path / _MANIFEST, json.dumps(asdict(saved)).encode())
        _synced(self.path)
        kept = {*saved.parts.values(), *saved.blobs}
        for path in (self.path / _CONTENT).iterdir():
            if path.name not in kept:
                path.unlink()

    def close(self) -> None:
        """Let another server have the folder. May be called twice."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def damaged(self, what: str) -> LocalAwsError:
        """Return the error for a file that is not as it was written."""
        return LocalAwsError(
            f"state: {self.path} is damaged ({what}): put a copy in its place, or give another folder to start empty"
        )

    def _check_versions(self, text: str) -> None:
        try:
            found: Any = json.loads(text)
            was = (found["format"], found["batchwright"], found["ministack"])
        except (ValueError, KeyError, TypeError):
            return
        now = (_FORMAT, metadata.version("batchwright"), SUPPORTED_VERSION)
        if was != now:
            raise LocalAwsError(
                f"state: {self.path} was written by batchwright {was[1]} with ministack {was[2]}, this is {now[1]} "
                f"with {now[2]}: install that version, or give another folder and deploy again"
            )


def _held(path: Path) -> int:
    path.mkdir(parents=True, exist_ok=True, mode=_OF_OWNER)
    strange = sorted({each.name for each in path.iterdir()} - _OWN)
    if strange:
        raise LocalAwsError(f"state: {path} has files of something else ({strange[0]}): give a folder of its own")
    path.chmod(_OF_OWNER)
    lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, _READABLE_BY_OWNER)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        if not isinstance(error, BlockingIOError):
            raise
        with suppress(OSError):
            holder = (path / _LOCK).read_text(encoding="utf-8")
        raise LocalAwsError(
            f"state: {path} is in use by the local AWS of process {holder or '(unknown)'}: end that one, or give "
            "another folder"
        ) from None
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    (path / _CONTENT).mkdir(exist_ok=True, mode=_OF_OWNER)
    return lock


def _write(path: Path, content: bytes) -> None:
    """Write a file beside its place, then put it there."""
    unfinished = path.with_name(f"{path.name}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _READABLE_BY_OWNER)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _synced(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
