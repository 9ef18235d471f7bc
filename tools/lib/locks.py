"""File locks between runs of these programs, so that two terminals may do the same thing at once."""

from __future__ import annotations

import contextlib
import fcntl
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Waits until no other run holds the lock, and holds it."""
    with _opened(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def shared(path: Path) -> Iterator[SharedLock]:
    """Holds the lock together with other runs."""
    with _opened(path) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield SharedLock(file)


class SharedLock:
    """A lock that several runs hold at once."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def is_last(self) -> bool:
        """Whether no other run holds the lock any more; from then on nobody else gets it until it is released."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        yield file
