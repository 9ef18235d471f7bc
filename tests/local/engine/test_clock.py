from __future__ import annotations

import threading

import pytest

from batchwright.local.engine import SimulatedClock, SystemClock


def test_simulated_time_makes_calls_in_order_of_due_time_and_asking() -> None:
    clock = SimulatedClock(start=100)
    made: list[tuple[str, float]] = []
    clock.call_later(5, lambda: made.append(("late", clock.now())))
    clock.call_later(1, lambda: made.append(("first", clock.now())))
    clock.call_later(1, lambda: made.append(("second", clock.now())))
    clock.advance(4)
    assert made == [("first", 101), ("second", 101)]
    assert clock.now() == 104
    clock.advance(1)
    assert made[-1] == ("late", 105)


def test_calls_added_on_the_way_are_made_when_they_come_due() -> None:
    clock = SimulatedClock(start=0)
    made: list[float] = []
    clock.call_later(1, lambda: clock.call_later(1, lambda: made.append(clock.now())))
    clock.advance(10)
    assert made == [2]


def test_run_goes_on_until_nothing_is_left() -> None:
    clock = SimulatedClock(start=0)
    clock.call_later(3600, lambda: None)
    assert clock.run() == 3600


def test_a_cancelled_call_is_not_made_and_does_not_hold_up_run() -> None:
    clock = SimulatedClock(start=0)
    timer = clock.call_later(10, lambda: pytest.fail("made"))
    timer.cancel()
    timer.cancel()
    assert clock.run() == 0


def test_many_cancelled_calls_do_not_pile_up() -> None:
    clock = SimulatedClock(start=0)
    made: list[int] = []
    for number in range(10_000):
        timer = clock.call_later(3600, lambda number=number: made.append(number))
        if number % 1000:
            timer.cancel()
    assert len(clock._heap._calls) < 5_000
    clock.run()
    assert made == list(range(0, 10_000, 1000))


def test_the_system_clock_calls_back_on_its_thread() -> None:
    clock = SystemClock()
    called = threading.Event()
    names: list[str] = []

    def call() -> None:
        names.append(threading.current_thread().name)
        called.set()

    clock.call_later(0.01, call)
    assert called.wait(10)
    assert names == ["batchwright-clock"]
    clock.close()
    clock.close()


def test_a_call_that_fails_does_not_stop_the_next(caplog: pytest.LogCaptureFixture) -> None:
    clock = SystemClock()
    called = threading.Event()
    clock.call_later(0, lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    clock.call_later(0, called.set)
    assert called.wait(10)
    clock.close()
    assert "a call of the clock failed" in caplog.text


def test_a_closed_clock_calls_nothing() -> None:
    clock = SystemClock()
    clock.call_later(0.05, lambda: pytest.fail("made"))
    clock.close()
    clock.call_later(0, lambda: pytest.fail("made"))
