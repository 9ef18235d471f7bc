from __future__ import annotations

import sys
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


@pytest.fixture
def quick_waits(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second of a state machine last ten milliseconds."""
    monkeypatch.setattr(sys.modules["ministack.services.stepfunctions"], "_SFN_WAIT_SCALE", 0.01)
