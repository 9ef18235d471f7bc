"""The folder of a runner: all that its programs have on this machine's disk, and whose it is."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchwright.local.processes import is_gone, own_mark
from batchwright.local.runners.process.orphans import end_strays

if TYPE_CHECKING:
    from batchwright.local.runners.process.watchdog import Watchdog

_PREFIX: Final = "batchwright-"
_OWNER: Final = "owner"


class Home:
    """Made when it is first needed, and removed by `close`. Thread-safe.

    When this process is killed the watchdog removes it, and ends what still runs in it. If the watchdog is killed too,
    the next runner does.

    Args:
        watchdog: Is told of it.
    """

    def __init__(self, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self._path: Path | None = None
        self._lock = threading.Lock()

    def attempt(self) -> Path:
        """Make a folder for one attempt."""
        return Path(tempfile.mkdtemp(prefix="job-", dir=self._made()))

    def volumes(self) -> Path:
        """Return the folder of what jobs share."""
        return self._made() / "volumes"

    def close(self) -> None:
        """Remove it."""
        with self._lock:
            path, self._path = self._path, None
        if path is not None:
            shutil.rmtree(path, ignore_errors=True)

    def _made(self) -> Path:
        with self._lock:
            if self._path is None:
                path = Path(tempfile.mkdtemp(prefix=_PREFIX))
                (path / _OWNER).write_text(own_mark())
                self._watchdog.keep(str(path))
                self._path = path
            return self._path


def remove_abandoned() -> None:
    """Remove the folders of processes that are gone, and end what still runs in them: a job must not run twice."""
    for owner in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_OWNER}"):
        folder = owner.parent
        # Others may use the same folder for temporary files, and put anything there.
        with suppress(OSError, UnicodeDecodeError):
            if folder.lstat().st_uid == os.getuid() and not folder.is_symlink() and is_gone(owner.read_text()):
                end_strays(f"{folder}/")
                shutil.rmtree(folder, ignore_errors=True)
