"""The folder of a local AWS's state: one server at a time, and always a whole state or none."""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.state.journal_file import synced
from batchwright.local.state.journal_folder import JournalFolder
from batchwright.local.state.manifest import Saved, check_versions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MANIFEST: Final = "state.json"
_BEFORE: Final = "before.json"
_LOCK: Final = "lock"
_CONTENT: Final = "content"
_JOURNAL: Final = "journal"
_NEW: Final = ".new"
_OWN: Final = frozenset({_MANIFEST, _BEFORE, _LOCK, _CONTENT, _JOURNAL, f"{_MANIFEST}{_NEW}", f"{_BEFORE}{_NEW}"})
_OF_OWNER: Final = 0o700
_READABLE_BY_OWNER: Final = 0o600


class StateFolder:
    """A folder that is held by this process from construction to `close`.

    Each file of content is named by its SHA-256 and never changed; `state.json` names those that belong to the state.
    It is replaced at once when all others are on the disk, so what a crash leaves is the state before, and journals of
    what happened since. `before.json` is the one that was replaced last; all that it names is still there.

    Args:
        path: The folder; it is made when there is none.

    Attributes:
        path: The folder.
        journals: Its journals.

    Raises:
        LocalAwsError: Another process holds it, it has files of something else, or it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journals = JournalFolder(path / _JOURNAL, damaged=self.damaged)
        self._lock = -1
        try:
            self._lock = _held(path)
        except OSError as error:
            raise LocalAwsError(
                f"state: {path} cannot be used ({error.strerror or error}): give a folder that this user can write to, "
                "on a disk with room"
            ) from error

    def read(self, *, account: str, region: str) -> Saved | None:
        """Return what the folder has, None when nothing was saved yet.

        Raises:
            LocalAwsError: It is of another account, region or version, or damaged.
        """
        try:
            text = (self.path / _MANIFEST).read_text(encoding="utf-8")
        except FileNotFoundError:
            if (self.path / _BEFORE).exists() or any((self.path / _CONTENT).iterdir()) or self.journals.written():
                raise self.damaged(f"{_MANIFEST} is missing") from None
            return None
        except UnicodeDecodeError as error:
            raise self.damaged(_MANIFEST) from error
        check_versions(text, self.path)
        try:
            saved = Saved.of(text)
        except (ValueError, TypeError) as error:
            raise self.damaged(_MANIFEST) from error
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
        """Make this the folder's state, and remove what neither it nor the one before names."""
        synced(self.path / _CONTENT)
        manifest = self.path / _MANIFEST
        kept = [saved]
        if manifest.exists():
            text = manifest.read_bytes()
            _write(self.path / _BEFORE, text)
            kept.append(Saved.of(text.decode()))
        _write(manifest, saved.text().encode())
        synced(self.path)
        self._remove_all_but(kept)

    def close(self) -> None:
        """Let another server have the folder. May be called twice."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def damaged(self, what: str) -> LocalAwsError:
        """Return the error for a file that is not as it was written."""
        before = self.path / _BEFORE
        way = f"rename {_BEFORE} to {_MANIFEST} there to go on from the save before, " if before.exists() else ""
        return LocalAwsError(
            f"state: {self.path} is damaged ({what}): {way}put a copy in its place, or give another "
            "folder to start empty"
        )

    def _remove_all_but(self, kept: Sequence[Saved]) -> None:
        names = {name for saved in kept for name in (*saved.parts.values(), *saved.blobs)}
        for path in (self.path / _CONTENT).iterdir():
            if path.name not in names:
                path.unlink()
        for region in self.journals.regions():
            self.journals.remove_before(region, min(saved.journals.get(region, 0) for saved in kept))


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
    try:
        _take_place(path, lock)
    except OSError:
        os.close(lock)
        raise
    return lock


def _take_place(path: Path, lock: int) -> None:
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    for name in (_CONTENT, _JOURNAL):
        (path / name).mkdir(exist_ok=True, mode=_OF_OWNER)


def _write(path: Path, content: bytes) -> None:
    """Write a file beside its place, then put it there."""
    unfinished = path.with_name(f"{path.name}{_NEW}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _READABLE_BY_OWNER)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
