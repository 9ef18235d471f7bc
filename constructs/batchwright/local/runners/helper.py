"""A process that is still there when this one is killed, and then puts things in order."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_log = logging.getLogger(__name__)
_END_SECONDS: Final = 5.0


class Helper:
    """Starts a Python program that reads its standard input, which ends however this process ends.

    Thread-safe. Where the program cannot run, a warning says so, once.

    Args:
        arguments: What the interpreter is given.
        without: What follows when there is no such program, for the warning.
    """

    def __init__(self, arguments: Sequence[str], *, without: str) -> None:
        self._arguments = arguments
        self._without = without
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._over = False

    def tell(self, line: str = "") -> None:
        """Send a line, if there is one; the program is started before the first call returns."""
        with self._lock:
            if self._over:
                return
            try:
                if self._process is None:
                    self._process = self._start()
                if line and self._process.stdin is not None:
                    self._process.stdin.write(f"{line}\n")
                    self._process.stdin.flush()
            except (OSError, ValueError) as error:
                self._over = True
                _log.warning("%s: %s", self._without, error)

    def close(self, last: str = "") -> None:
        """Send a last line, if there is one, and wait for the program's end. Idempotent."""
        if last and self._process is not None:
            self.tell(last)
        with self._lock:
            process, self._process, self._over = self._process, None, True
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            _log.warning("a helper that puts things in order after a crash did not end; it is killed")
            process.kill()
            process.wait()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            # Ctrl-C in the terminal must not end it before what it watches.
            start_new_session=True,
        )
