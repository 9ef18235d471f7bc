"""Sends ministack's log lines to one logger of ours instead of the user's terminal."""

from __future__ import annotations

import logging
import re
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOGGER_NAME = re.compile(rb"""getLogger\(\s*["']([^"']+)["']""")
_TARGET = "batchwright.local.ministack"


class QuietLogs:
    """Takes over the loggers of ministack while a server runs.

    ministack calls `logging.basicConfig` on import and logs under general names such as "s3" and "batch". Here those
    loggers stop propagating and their lines go to `batchwright.local.ministack`, what they call INFO as DEBUG.
    """

    def __init__(self) -> None:
        self._handler = _Forward()
        self._root_guard = logging.NullHandler()
        self._taken: list[tuple[logging.Logger, bool]] = []

    def start(self) -> None:
        """Take the loggers over; call before ministack is imported."""
        logging.getLogger("batchwright").addHandler(logging.NullHandler())
        # With a handler on the root logger, basicConfig does nothing.
        logging.getLogger().addHandler(self._root_guard)
        for name in _logger_names():
            logger = logging.getLogger(name)
            self._taken.append((logger, logger.propagate))
            logger.propagate = False
            logger.addHandler(self._handler)

    def imported(self) -> None:
        """Release the root logger; call after ministack's application module was imported."""
        logging.getLogger().removeHandler(self._root_guard)

    def stop(self) -> None:
        """Give the loggers back. May be called twice."""
        self.imported()
        while self._taken:
            logger, propagate = self._taken.pop()
            logger.removeHandler(self._handler)
            logger.propagate = propagate


class _Forward(logging.Handler):
    """Hands a record to our logger under a child name."""

    def emit(self, record: logging.LogRecord) -> None:
        level = logging.DEBUG if record.levelno <= logging.INFO else record.levelno
        logging.getLogger(f"{_TARGET}.{record.name}").log(level, "%s", record.getMessage(), exc_info=record.exc_info)


def _logger_names() -> Iterator[str]:
    spec = util.find_spec("ministack")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    names: set[str] = set()
    for folder in folders:
        for source in folder.rglob("*.py"):
            names.update(name.decode() for name in _LOGGER_NAME.findall(source.read_bytes()))
    yield from sorted(names)
