"""A file that grows by whole lines: what a crash leaves of the last one does not count."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_READABLE_BY_OWNER: Final = 0o600
_CHECK: Final = 8


class JournalFile:
    """A new file to append to. Not thread-safe.

    Args:
        path: Where there is none yet.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, _READABLE_BY_OWNER)
        self._unsynced = False
        self.size = 0

    def append(self, text: str) -> None:
        """Write a line; a process that is killed from then on has written it."""
        content = text.encode()
        line = memoryview(b"%08x %s\n" % (zlib.crc32(content), content))
        self._unsynced = True
        while line:
            line = line[os.write(self._file, line) :]
        self.size += len(content)

    def sync(self) -> None:
        """Have all lines on the disk, so that they outlive a loss of power."""
        if self._unsynced:
            os.fsync(self._file)
            self._unsynced = False

    def close(self) -> None:
        """End it."""
        os.close(self._file)


def read_lines(path: Path) -> tuple[list[str], int]:
    """Return the whole lines of a file, and how many bytes after them are lines that are not whole.

    Half a line without an end is what a crash leaves, and does not count.

    Raises:
        ValueError: One that is not whole has whole ones after it, which no crash leaves.
    """
    found: list[str] = []
    left_out = 0
    for line in path.read_bytes().split(b"\n")[:-1]:
        check, content = line[:_CHECK], line[_CHECK + 1 :]
        whole = check == b"%08x" % zlib.crc32(content)
        if whole and left_out:
            raise ValueError(f"line {len(found) + 1}")
        if whole:
            found.append(content.decode())
        else:
            left_out += len(line)
    return found, left_out


def synced(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
