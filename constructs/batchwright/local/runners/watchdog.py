"""Binds the programs of process jobs to the life of this process."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)
_PROGRAM: Final = Path(__file__).with_name("orphans.py")
_END_SECONDS: Final = 5.0


class Watchdog:
    """Kills the programs that are still there when this process is killed, and removes their working folders.

    A helper process holds the other end of a pipe, which closes however this process ends. It is started with the first
    program. Thread-safe. Where it cannot run, a warning says so and programs run all the same.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._helper: subprocess.Popen[str] | None = None
        self._failed = False

    def watch(self, group: int, folder: str) -> None:
        """Take care of a process group and its working folder."""
        self._tell(f"+{group} {folder}\n")

    def forget(self, group: int) -> None:
        """Leave a group alone, because it is over."""
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """End the helper; what it still watches is killed."""
        with self._lock:
            helper, self._helper, self._failed = self._helper, None, True
        if helper is None:
            return
        if helper.stdin is not None:
            helper.stdin.close()
        try:
            helper.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            _log.warning("the helper that ends programs after a crash did not end; it is killed")
            helper.kill()
            helper.wait()

    def _tell(self, line: str) -> None:
        with self._lock:
            if self._failed:
                return
            try:
                if self._helper is None:
                    self._helper = _start()
                if self._helper.stdin is not None:
                    self._helper.stdin.write(line)
                    self._helper.stdin.flush()
            except (OSError, ValueError) as error:
                self._failed = True
                _log.warning("programs will outlive a crash of this process: %s", error)


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(_PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        # Ctrl-C in the terminal must not end it before the programs.
        start_new_session=True,
    )
