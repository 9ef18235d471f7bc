"""Sends what the local AWS logs to a file, and its warnings to the screen as well."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.demo.screen import Screen

_LOGGER: Final = "batchwright"
_EMULATOR: Final = "batchwright.local.ministack"


class _ToScreen(logging.Handler):
    def __init__(self, screen: Screen) -> None:
        super().__init__(logging.WARNING)
        self._screen = screen

    def emit(self, record: logging.LogRecord) -> None:
        # What the emulator says of its own workings helps in the file only.
        if not record.name.startswith(_EMULATOR):
            self._screen.say(f"! {record.getMessage()}", style="yellow")


@contextmanager
def logged_to(file: Path, screen: Screen) -> Iterator[None]:
    """Log to a new `file` for the length of the block."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("", encoding="utf-8")
    # Appending, because the synthesis writes to the same file.
    to_file = logging.FileHandler(file, mode="a", encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handlers: list[logging.Handler] = [to_file, _ToScreen(screen)]
    logger = logging.getLogger(_LOGGER)
    before = logger.level
    logger.setLevel(logging.INFO)
    for handler in handlers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        logger.setLevel(before)
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()
