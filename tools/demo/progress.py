"""Shows a run while it goes on: its step, its jobs by state and the images done."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tools.demo.job_log import STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.console import Console, RenderableType

COLOURS: Final[Mapping[str, str]] = {
    "SUBMITTED": "bright_black",
    "PENDING": "bright_black",
    "RUNNABLE": "yellow",
    "STARTING": "cyan",
    "RUNNING": "blue",
    "SUCCEEDED": "green",
    "FAILED": "red",
}
_LEAST_SECONDS: Final = 1.0
"""Between two plain lines, unless the step changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How far a run is.

    Attributes:
        status: Of the execution: RUNNING, SUCCEEDED, ...
        step: Name of the step at work; empty before the first.
        jobs: Number of jobs by state.
        images: How many have a vector in the table.
        total: How many were uploaded.
        elapsed: Seconds since the start.
    """

    status: str
    step: str
    jobs: Mapping[str, int]
    images: int
    total: int
    elapsed: float


class Progress:
    """Draws snapshots over one another on a terminal; elsewhere prints a line where one tells something new.

    Args:
        console: Where to write.
        clock: Seconds from any beginning.
    """

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._live: Live | None = None
        self._printed: Snapshot | None = None
        self._printed_at = 0.0

    @contextmanager
    def shown(self) -> Iterator[Progress]:
        """Draw until the end of the block, then take the drawing away."""
        if not self._console.is_terminal:
            yield self
            return
        with Live(console=self._console, transient=True, refresh_per_second=8) as self._live:
            yield self
        self._live = None

    def update(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        if self._live is not None:
            self._live.update(_drawn(snapshot))
        elif self._is_news(snapshot):
            self._printed, self._printed_at = snapshot, self._clock()
            self._console.print(Text(line(snapshot)), soft_wrap=True)

    def _is_news(self, snapshot: Snapshot) -> bool:
        before = self._printed
        if before is None or (before.status, before.step) != (snapshot.status, snapshot.step):
            return True
        if (before.jobs, before.images) == (snapshot.jobs, snapshot.images):
            return False
        return self._clock() - self._printed_at >= _LEAST_SECONDS


def line(snapshot: Snapshot) -> str:
    """Return a snapshot as one plain line."""
    jobs = ", ".join(f"{snapshot.jobs[state]} {state}" for state in STATES if snapshot.jobs.get(state)) or "no jobs yet"
    return (
        f"  {snapshot.elapsed:5.1f} s  {snapshot.status} {snapshot.step or '-'}: "
        f"{snapshot.images} of {snapshot.total} images; {jobs}"
    )


def _drawn(snapshot: Snapshot) -> RenderableType:
    head = Text.assemble(
        "  pipeline ", (snapshot.status, "bold"), "  ", (snapshot.step, "magenta"), f"  {snapshot.elapsed:.1f} s"
    )
    bar = Table.grid(padding=(0, 1))
    bar.add_row(
        Text("  images"),
        ProgressBar(total=max(snapshot.total, 1), completed=snapshot.images, width=40),
        Text(f"{snapshot.images} of {snapshot.total}"),
    )
    jobs = Text("  jobs    ")
    for state in STATES:
        if snapshot.jobs.get(state):
            jobs.append("■" * min(snapshot.jobs[state], 40), COLOURS[state])
            jobs.append(f" {snapshot.jobs[state]} {state}  ")
    return Group(head, bar, jobs)
