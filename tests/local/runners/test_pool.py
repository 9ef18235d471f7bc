from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

import pytest
from local.runners.harness import PATIENCE, make_container, make_task

from batchwright.local.engine import Exit, Node, Started
from batchwright.local.runners.notices import Notices
from batchwright.local.runners.pool import AttemptPool, PooledAttempt, places_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Waiting:
    """Work that lasts until the test, or a stop, ends it."""

    def __init__(self, name: str, begun: queue.SimpleQueue[str]) -> None:
        self.name = name
        self.begun = begun
        self.done = threading.Event()
        self.stops: list[tuple[float, bool]] = []
        self.cleaned = 0
        self.patience = 1000.0

    def run(self, started: Callable[[Started], None]) -> Exit:
        started(Started())
        self.begun.put(self.name)
        assert self.done.wait(PATIENCE)
        return Exit(exit_code=0)

    def stop(self, grace: float, *, at_most: bool = False) -> None:
        self.stops.append((grace, at_most))
        if grace < self.patience:
            self.done.set()

    def clean_up(self) -> None:
        self.cleaned += 1


class Memory:
    """As short as the test says; each look at it is counted."""

    def __init__(self) -> None:
        self.left: str | None = None
        self.looked: queue.SimpleQueue[None] = queue.SimpleQueue()

    def shortage(self) -> str | None:
        self.looked.put(None)
        return self.left


class Line:
    """A pool of three places and what was put into it."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.pool = AttemptPool(name="test", size=3, notices=Notices(), memory=self.memory)
        self.begun: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.works: dict[str, Waiting] = {}
        self.attempts: dict[str, PooledAttempt] = {}
        self.ends: queue.SimpleQueue[tuple[str, Exit]] = queue.SimpleQueue()

    def submit(self, name: str, places: int) -> None:
        work = self.works[name] = Waiting(name, self.begun)
        attempt = self.attempts[name] = PooledAttempt(
            work=work, on_started=lambda _: None, on_exit=lambda exited: self.ends.put((name, exited))
        )
        self.pool.submit(attempt, places=places)

    def next(self) -> str:
        return self.begun.get(timeout=PATIENCE)

    def next_end(self) -> tuple[str, Exit]:
        return self.ends.get(timeout=PATIENCE)


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.pool.close("closed", grace=0)


def test_attempts_wait_in_order_for_all_their_places(line: Line) -> None:
    line.submit("two", 2)
    line.submit("large", 2)
    line.submit("small", 1)
    assert line.next() == "two"
    # "small" would fit, but it came later; "nothing" needs no place.
    line.submit("nothing", 0)
    assert line.next() == "nothing"
    assert line.begun.empty()
    line.works["two"].done.set()
    assert {line.next(), line.next()} == {"large", "small"}


def test_more_places_than_there_are_mean_all(line: Line) -> None:
    line.submit("huge", 50)
    assert line.next() == "huge"
    line.submit("small", 1)
    assert line.begun.empty()
    line.works["huge"].done.set()
    assert line.next() == "small"


def test_one_that_waits_is_stopped_at_once_and_makes_way(line: Line) -> None:
    line.submit("first", 2)
    line.submit("large", 3)
    line.submit("small", 1)
    assert line.next() == "first"
    line.attempts["large"].stop("not needed", 5)
    assert line.next_end() == ("large", Exit(exit_code=None, status_reason="not needed"))
    assert line.next() == "small"
    assert line.works["large"].cleaned == 0


def test_stops_can_only_shorten_the_time(line: Line) -> None:
    line.submit("a", 1)
    assert line.next() == "a"
    line.works["a"].patience = 5
    attempt = line.attempts["a"]
    for grace in (10, 20, 10, 5):
        attempt.stop("r", grace)
    line.pool.close("closed", grace=2)
    assert line.works["a"].stops == [(10, False), (5, False), (2, True)]
    attempt.stop("late", 0)
    assert len(line.works["a"].stops) == 3


def test_a_closed_pool_ends_all_and_takes_no_more(line: Line) -> None:
    for name in "abcd":
        line.submit(name, 1)
    assert {line.next() for _ in range(3)} == {"a", "b", "c"}
    line.pool.close("closed", grace=0)
    found = dict(line.next_end() for _ in range(4))
    assert found["d"].status_reason == "closed"
    assert [line.works[name].cleaned for name in "abcd"] == [1, 1, 1, 0]
    with pytest.raises(RuntimeError, match="the runner is closed"):
        line.submit("e", 1)


def test_while_memory_is_short_one_runs_alone(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    line.memory.left = "3 of 100 MiB of this machine's memory are left"
    line.submit("first", 1)
    assert line.next() == "first"
    line.submit("second", 1)
    line.submit("third", 1)
    assert line.begun.empty()
    line.works["first"].done.set()
    assert line.next() == "second"
    assert line.begun.empty()
    assert [record.message for record in caplog.records] == [
        "3 of 100 MiB of this machine's memory are left: further jobs stay STARTING until there is more"
    ]


def test_memory_that_another_program_gives_back_is_found(line: Line) -> None:
    line.memory.left = "little is left"
    line.submit("first", 1)
    line.submit("second", 1)
    assert line.next() == "first"
    line.memory.left = None
    assert line.next() == "second"
    assert not line.works["first"].done.is_set()


def test_a_closed_pool_looks_at_memory_no_more(line: Line) -> None:
    line.memory.left = "little is left"
    for name in "ab":
        line.submit(name, 1)
    line.pool.close("closed", grace=0)
    looks = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for look in looks:
        look.join(PATIENCE)
    assert dict(line.next_end() for _ in range(2))["b"].status_reason == "closed"


@pytest.mark.parametrize(
    ("containers", "node", "places"),
    [
        (1, None, 1),
        (3, None, 3),
        (2, Node(index=1, count=4, main_index=1), 8),
        (2, Node(index=0, count=4, main_index=1), 0),
    ],
)
def test_places(containers: int, node: Node | None, places: int) -> None:
    task = make_task(*(make_container(name=f"c{n}") for n in range(containers)), node=node)
    assert places_for(task) == places


def test_a_full_pool_is_said_once(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("a", "b", "c"):
        line.submit(name, 1)
    assert not caplog.records
    line.submit("d", 1)
    line.submit("e", 1)

    (record,) = caplog.records
    assert record.message.startswith("3 containers run at once here, jobs beyond that stay STARTING")
    assert "--max-containers" in record.message
