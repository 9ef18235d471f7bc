from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.local_server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    running = LocalServer()
    try:
        yield running
    finally:
        running.close()
