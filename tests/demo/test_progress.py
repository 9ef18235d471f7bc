from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from tools.demo.job_log import JobLog
from tools.demo.progress import Progress, Snapshot, line

if TYPE_CHECKING:
    from typing import Any


@pytest.fixture
def snapshots(recorded_events: list[tuple[dict[str, Any], float]]) -> list[Snapshot]:
    """One snapshot after each event."""
    log, found = JobLog(), []
    for number, (event, received) in enumerate(recorded_events):
        log.add(event, received=received)
        found.append(
            Snapshot(
                status="RUNNING", step="Embed", jobs=log.counts(), images=number, total=30, elapsed=float(number) / 2
            )
        )
    return [*found, replace(found[-1], status="FAILED")]


def shown(snapshots: list[Snapshot], *, terminal: bool, seconds_between: float) -> str:
    buffer = io.StringIO()
    now = iter(number * seconds_between for number in range(10_000))
    console = Console(file=buffer, force_terminal=terminal, width=100, color_system="standard" if terminal else None)
    with Progress(console, clock=lambda: next(now)).shown() as progress:
        for snapshot in snapshots:
            progress.update(snapshot)
    return buffer.getvalue()


def test_a_pipe_gets_plain_lines_that_tell_something_new(snapshots: list[Snapshot]) -> None:
    text = shown(snapshots, terminal=False, seconds_between=60)
    lines = text.splitlines()
    assert "\x1b" not in text
    assert lines[0] == "    0.0 s  RUNNING Embed: 0 of 30 images; no jobs yet"
    assert lines[-1].endswith("FAILED Embed: 20 of 30 images; 2 SUCCEEDED, 1 FAILED")
    assert len(lines) == len(snapshots)


def test_a_pipe_gets_few_lines_when_much_happens_at_once(snapshots: list[Snapshot]) -> None:
    lines = shown(snapshots, terminal=False, seconds_between=0).splitlines()
    assert len(lines) == 2, "the first, and the change of the status"


def test_nothing_new_is_not_said_again(snapshots: list[Snapshot]) -> None:
    lines = shown([snapshots[3]] * 50, terminal=False, seconds_between=60).splitlines()
    assert len(lines) == 1


def test_a_terminal_gets_a_drawing_that_is_gone_at_the_end(snapshots: list[Snapshot]) -> None:
    text = shown(snapshots[:12], terminal=True, seconds_between=60)
    assert "RUNNABLE" in text
    assert text.endswith("\x1b[2K"), "the last thing is that the drawing is erased"


def test_a_line_names_states_in_their_order() -> None:
    snapshot = Snapshot(status="RUNNING", step="", jobs={"RUNNING": 2, "PENDING": 1}, images=0, total=9, elapsed=75.25)
    assert line(snapshot) == "   75.2 s  RUNNING -: 0 of 9 images; 1 PENDING, 2 RUNNING"
