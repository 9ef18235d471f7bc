from __future__ import annotations

from pathlib import Path  # noqa: TC003 - pytest gives it

import pytest
import requests
from docker.errors import APIError

from batchwright.local.runners.docker import engine as module
from batchwright.local.runners.docker.engine import Return, fault, said


class Engine:
    """Answers from the given question on."""

    def __init__(self, *, absent_for: int) -> None:
        self.absent_for = absent_for

    def ping(self) -> bool:
        if self.absent_for:
            self.absent_for -= 1
            raise requests.ConnectionError("no engine")
        return True


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE_SECONDS", 0)


def test_an_engine_that_comes_back_is_waited_for() -> None:
    engine = Engine(absent_for=3)
    assert Return(engine).came()  # type: ignore[arg-type]
    assert engine.absent_for == 0


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AWAY_SECONDS", 0)
    assert not Return(Engine(absent_for=1)).came()  # type: ignore[arg-type]


def test_nobody_waits_for_what_is_unwanted() -> None:
    assert not Return(Engine(absent_for=1_000_000), lambda: True).came()  # type: ignore[arg-type]


def test_the_innermost_reason_is_said(tmp_path: Path) -> None:
    wrapped = requests.ConnectionError(OSError("Connection aborted.", FileNotFoundError(2, "No such file")))
    assert said(wrapped) == "the Docker engine does not answer: No such file"
    assert said(APIError("409", explanation="in use")) == "Error response from daemon: in use"
    assert said(requests.ReadTimeout()) == "the Docker engine does not answer: ReadTimeout"
    assert fault(f"unix://{tmp_path}/no.sock") == "No such file or directory"
    assert fault("tcp://127.0.0.1:1") == "Connection refused"
    assert "Invalid bind address" in (fault("nonsense://") or "")
