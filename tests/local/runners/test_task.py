"""What is decided about an attempt's containers, with containers that the test plays itself."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

import pytest
from local.runners.harness import PATIENCE, after, make_container, make_task

from batchwright.local.engine import Exit, Started
from batchwright.local.runners import task as module
from batchwright.local.runners.launch import LaunchError
from batchwright.local.runners.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchwright.local.engine import Attempt, Container


class FakeUnit:
    """Runs until the test ends it; what it heeds ends it by itself."""

    def __init__(self, site: FakeSite, name: str, cancelled: threading.Event) -> None:
        self._site = site
        self._name = name
        self.cancelled = cancelled
        self.end: queue.SimpleQueue[Exit | Exception] = queue.SimpleQueue()

    def run(self, started: Callable[[], None]) -> Exit:
        if self._name not in self._site.hang_before_start:
            started()
            self._site.told.put(f"{self._name} runs")
        ended = self.end.get(timeout=PATIENCE)
        if isinstance(ended, Exception):
            raise ended
        return ended

    def signal(self, *, kill: bool) -> None:
        signal = "SIGKILL" if kill else "SIGTERM"
        self._site.told.put(f"{signal} {self._name}")
        if self._name in self._site.broken:
            raise OSError("no engine")
        if signal in self._site.heeds.get(self._name, ("SIGTERM", "SIGKILL")):
            self.end.put(Exit(exit_code=137 if kill else 143))

    def clean_up(self) -> None:
        self._site.cleaned.append(self._name)
        self.end.put(LaunchError("cleaned"))


class FakeSite:
    def __init__(self) -> None:
        self.told: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.made: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.units: dict[str, FakeUnit] = {}
        self.heeds: dict[str, tuple[str, ...]] = {}
        self.hang_before_start: set[str] = set()
        self.broken: set[str] = set()
        self.cleaned: list[str] = []

    def prepare(self) -> str | None:
        return "10.0.0.1"

    def unit(self, container: Container, cancelled: threading.Event) -> FakeUnit:
        unit = FakeUnit(self, container.name, cancelled)
        self.units[container.name] = unit
        self.made.put(container.name)
        return unit

    def clean_up(self) -> None:
        self.cleaned.append("site")


class Play:
    """A task that runs on a thread."""

    def __init__(self, attempt: Attempt, site: FakeSite) -> None:
        self.site = site
        self.task = Task(attempt=attempt, site=site)
        self.starts: list[Started] = []
        self._ended: queue.SimpleQueue[Exit] = queue.SimpleQueue()
        self._thread = threading.Thread(target=lambda: self._ended.put(self.task.run(self.starts.append)), daemon=True)
        self._thread.start()

    def next(self) -> str:
        return self.site.told.get(timeout=PATIENCE)

    def finish(self, name: str, code: int) -> None:
        self.site.units[name].end.put(Exit(exit_code=code))

    def fail(self, name: str, reason: str) -> None:
        self.site.units[name].end.put(LaunchError(reason))

    def exit(self) -> Exit:
        ended = self._ended.get(timeout=PATIENCE)
        self._thread.join(PATIENCE)
        self.task.clean_up()
        assert self.site.cleaned == [*self.site.units, "site"]
        return ended


@pytest.fixture
def site() -> FakeSite:
    return FakeSite()


@pytest.fixture(autouse=True)
def no_unit_thread_stays() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("batchwright-"):
            thread.join(PATIENCE)
            assert not thread.is_alive()


def ends(exited: Exit) -> dict[str, int | None]:
    return {one.name: one.exit_code for one in exited.containers}


def test_one_container(site: FakeSite) -> None:
    play = Play(make_task(make_container(name="a")), site)
    assert play.next() == "a runs"
    play.finish("a", 4)
    assert play.exit() == Exit(exit_code=4)
    (started,) = play.starts
    assert started.address == "10.0.0.1"
    assert (started.log_stream_name or "").startswith("prefix/a/")


def test_an_essential_end_stops_the_others_in_reverse_order(site: FakeSite) -> None:
    base = make_container(name="base", essential=False)
    side = make_container(name="side", essential=False, depends_on=(after("base", "START"),))
    main = make_container(name="main", depends_on=(after("side", "START"),))
    play = Play(make_task(base, side, main), site)
    assert [play.next() for _ in range(3)] == ["base runs", "side runs", "main runs"]
    play.finish("main", 3)
    assert [play.next() for _ in range(2)] == ["SIGTERM side", "SIGTERM base"]
    exited = play.exit()
    assert (exited.exit_code, ends(exited)) == (3, {"base": 143, "side": 143, "main": 3})


def test_the_first_essential_end_decides(site: FakeSite) -> None:
    play = Play(make_task(make_container(name="a"), make_container(name="b")), site)
    assert {play.next(), play.next()} == {"a runs", "b runs"}
    play.finish("b", 0)
    assert play.next() == "SIGTERM a"
    exited = play.exit()
    assert (exited.exit_code, ends(exited)) == (0, {"a": 143, "b": 0})


def test_a_pod_ends_with_its_last_container_and_its_first_failure(site: FakeSite) -> None:
    play = Play(make_task(*(make_container(name=name, essential=False) for name in "abc")), site)
    assert {play.next() for _ in range(3)} == {"a runs", "b runs", "c runs"}
    play.finish("c", 2)
    play.finish("b", 0)
    play.finish("a", 0)
    exited = play.exit()
    assert (exited.exit_code, ends(exited)) == (2, {"a": 0, "b": 0, "c": 2})


def test_a_pod_without_failures_is_its_main_containers_end(site: FakeSite) -> None:
    play = Play(make_task(make_container(name="a", essential=False), make_container(name="b", essential=False)), site)
    assert {play.next(), play.next()} == {"a runs", "b runs"}
    play.finish("b", 0)
    play.finish("a", 0)
    assert play.exit().exit_code == 0


def test_a_container_that_cannot_start_takes_the_task_with_it_only_if_it_is_essential(site: FakeSite) -> None:
    site.hang_before_start = {"side", "main"}
    play = Play(make_task(make_container(name="side", essential=False), make_container(name="main")), site)
    assert [site.made.get(timeout=PATIENCE) for _ in range(2)] == ["side", "main"]
    play.fail("side", "CannotPullContainerError: no image")
    play.fail("main", "CannotStartContainerError: no program")
    exited = play.exit()
    assert (exited.exit_code, exited.reason) == (None, "CannotStartContainerError: no program")
    assert exited.status_reason == "Task failed to start"
    assert exited.containers[0].reason == "CannotPullContainerError: no image"


def test_a_start_timeout_ends_the_waiting(site: FakeSite) -> None:
    slow = make_container(name="slow", essential=False, start_timeout=0)
    main = make_container(name="main", depends_on=(after("slow", "COMPLETE"),))
    play = Play(make_task(slow, main), site)
    assert [play.next() for _ in range(2)] == ["slow runs", "SIGTERM slow"]
    exited = play.exit()
    assert (exited.reason or "").endswith("[slow] for target [main] has timed out.")


def test_stop_terms_and_kills_after_the_containers_own_time(site: FakeSite) -> None:
    site.heeds = {"a": ("SIGKILL",)}
    play = Play(make_task(make_container(name="a", stop_timeout=0)), site)
    assert play.next() == "a runs"
    play.task.stop(600)
    assert {play.next(), play.next()} == {"SIGTERM a", "SIGKILL a"}
    assert play.exit().exit_code == 137


def test_a_second_stop_shortens_every_time(site: FakeSite) -> None:
    site.heeds = {"a": ("SIGKILL",)}
    play = Play(make_task(make_container(name="a", stop_timeout=600)), site)
    assert play.next() == "a runs"
    play.task.stop(600)
    assert play.next() == "SIGTERM a"
    play.task.stop(0.01)
    assert play.next() == "SIGKILL a"
    assert play.exit().exit_code == 137


def test_at_the_end_of_the_server_no_container_gets_more_time(site: FakeSite) -> None:
    site.heeds = {"a": ("SIGKILL",)}
    play = Play(make_task(make_container(name="a", stop_timeout=600)), site)
    assert play.next() == "a runs"
    play.task.stop(0.01, at_most=True)
    assert {play.next(), play.next()} == {"SIGTERM a", "SIGKILL a"}
    assert play.exit().exit_code == 137


def test_what_cannot_be_killed_is_given_up(site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KILL_SECONDS", 0.01)
    site.heeds = {"a": ()}
    site.broken = {"a"}
    play = Play(make_task(make_container(name="a")), site)
    assert play.next() == "a runs"
    play.task.stop(0)
    exited = play.exit()
    assert exited.exit_code is None
    assert (exited.reason or "").startswith("DockerTimeoutError: Could not transition to stopped")
    assert exited.reason == exited.status_reason


def test_a_stop_while_a_container_starts(site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.hang_before_start = {"a"}
    play = Play(make_task(make_container(name="a"), make_container(name="b", depends_on=(after("a", "START"),))), site)
    assert site.made.get(timeout=PATIENCE) == "a"
    play.task.stop(600)
    assert site.units["a"].cancelled.wait(PATIENCE)
    play.fail("a", "CannotPullContainerError: the task was stopped")
    exited = play.exit()
    assert ends(exited) == {"a": None, "b": None}
    assert play.starts == []


def test_a_start_that_hangs_is_given_up_after_a_stop(site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KILL_SECONDS", 0.01)
    site.hang_before_start = {"a"}
    play = Play(make_task(make_container(name="a")), site)
    play.task.stop(0.01)
    assert play.exit().exit_code is None


def test_an_error_of_the_runners_own_is_told(site: FakeSite) -> None:
    play = Play(make_task(make_container(name="a")), site)
    assert play.next() == "a runs"
    site.units["a"].end.put(ValueError("bug"))
    assert play.exit().reason == "CannotStartContainerError: ValueError: bug"
