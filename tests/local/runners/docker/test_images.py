from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import ImageNotFound
from local.runners.harness import PATIENCE

from batchwright.local.runners.docker.images import Images
from batchwright.local.runners.docker.pause import program
from batchwright.local.runners.launch import LaunchError
from batchwright.local.runners.notices import Notices

if TYPE_CHECKING:
    from collections.abc import Iterator


class Registry:
    """An engine that pulls as the test says."""

    def __init__(self, *answers: dict[str, str], present: bool = False) -> None:
        self.answers = answers
        self.present = present
        self.auth: list[Any] = []
        self.pulled: list[tuple[str, str]] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.pulling = threading.Event()

    def inspect_image(self, _: str) -> dict[str, Any]:
        if not self.present:
            raise ImageNotFound("none")
        return {"Config": {"User": "app"}}

    def pull(self, repository: str, *, tag: str, auth_config: Any, **_: Any) -> Iterator[dict[str, str]]:  # noqa: ANN401
        self.pulled.append((repository, tag))
        self.auth.append(auth_config)
        self.pulling.set()
        assert self.go_on.wait(PATIENCE)
        yield from self.answers
        self.present = True


def images(registry: Registry) -> Images:
    return Images(api=registry, notices=Notices())  # type: ignore[arg-type]


def test_a_missing_image_is_pulled_with_the_credentials() -> None:
    registry = Registry({"status": "done"})
    keys = {"username": "u", "password": "p"}
    images(registry).pull("registry.example.com/tool:1", keys, threading.Event())
    images(registry).pull("registry.example.com/tool:1", keys, threading.Event())
    assert registry.pulled == [("registry.example.com/tool", "1")]
    assert registry.auth == [keys]


def test_a_pull_ends_when_the_task_is_stopped() -> None:
    registry = Registry(*({"status": "Downloading"} for _ in range(3)))
    registry.go_on.clear()
    cancelled = threading.Event()
    found: list[str] = []

    def pull() -> None:
        try:
            images(registry).pull("tool", None, cancelled)
        except LaunchError as error:
            found.append(str(error))

    thread = threading.Thread(target=pull)
    thread.start()
    assert registry.pulling.wait(PATIENCE)
    cancelled.set()
    registry.go_on.set()
    thread.join(PATIENCE)
    assert found == ["CannotPullContainerError: the task was stopped while tool was pulled"]


def test_one_that_waits_for_its_turn_ends_too() -> None:
    registry = Registry()
    registry.go_on.clear()
    shared = images(registry)
    first = threading.Thread(target=lambda: shared.pull("a", None, threading.Event()))
    first.start()
    assert registry.pulling.wait(PATIENCE)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(LaunchError, match="stopped while b"):
        shared.pull("b", None, cancelled)
    registry.go_on.set()
    first.join(PATIENCE)


def test_an_error_in_the_middle_of_a_pull() -> None:
    with pytest.raises(LaunchError, match="CannotPullContainerError: Error response from daemon: no space left"):
        images(Registry({"error": "no space left"})).pull("tool", None, threading.Event())


def test_a_pull_that_only_refreshes_may_fail_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    registry = Registry({"error": "no network"}, present=True)
    shared = images(registry)
    for _ in range(2):
        shared.refresh("tool", None, threading.Event())
    shared.refresh("123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1", None, threading.Event())
    assert len(registry.pulled) == 2
    assert len(caplog.records) == 1
    with pytest.raises(LaunchError, match="no network"):
        images(Registry({"error": "no network"})).refresh("tool", None, threading.Event())


def test_an_image_with_a_user_may_run_where_root_may_not() -> None:
    images(Registry(present=True)).refuse_root("tool")


def test_the_program_that_waits_is_there_for_both_architectures() -> None:
    for names, machine in ((("x86_64", "amd64"), 62), (("aarch64", "arm64"), 183)):
        first, second = (program(name) for name in names)
        assert first == second
        assert first[:4] == b"\x7fELF"
        assert int.from_bytes(first[18:20], "little") == machine
    with pytest.raises(LaunchError, match="the Docker engine's machine is riscv64"):
        program("riscv64")
