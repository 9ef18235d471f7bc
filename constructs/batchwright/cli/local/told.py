"""Warnings of a server as lines for the user."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWN: Final = "batchwright"
_BELOW: Final = "batchwright.local.ministack"
"""What its services warn of is their own affair; what they call errors is not."""


@contextmanager
def told() -> Iterator[None]:
    """Write to standard error what the local AWS warns of, such as what jobs ask for and do not get here."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.addFilter(lambda record: not record.name.startswith(_BELOW) or record.levelno >= logging.ERROR)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger(_OWN)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
