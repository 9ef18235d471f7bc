"""The table at the end: what the run did, how long jobs were in each state, and where the seconds went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.columns import Columns
from rich.table import Table
from rich.text import Text

from tools.demo.progress import COLOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from tools.demo.job_log import JobLog
    from tools.demo.results import Summary
    from tools.demo.screen import Phase


def closing_table(*, summary: Summary, jobs: JobLog, items: int, phases: Sequence[Phase]) -> RenderableType:
    """Put the three parts side by side, or below each other where the terminal is narrow.

    Args:
        summary: Of the run.
        jobs: What the events told.
        items: Items in the table.
        phases: Of the demo.
    """
    return Columns([_run(summary, jobs, items), _states(jobs), _phases(phases)], padding=(1, 3))


def _run(summary: Summary, jobs: JobLog, items: int) -> Table:
    table = _table("The run", "", "")
    counts = ", ".join(f"{count} {state}" for state, count in jobs.counts().items())
    for name, value in (
        ("images", f"{summary.images:,}"),
        ("vectors in the table", f"{items:,}"),
        ("images that failed", f"{summary.failed:,}"),
        ("jobs", counts),
        ("attempts", f"{sum(job.attempts for job in jobs.workers):,}"),
        ("seconds", f"{summary.seconds:.1f}"),
        ("images per second", f"{summary.images_per_second:.1f}"),
    ):
        table.add_row(name, value)
    return table


def _states(jobs: JobLog) -> Table:
    table = _table("Seconds of the jobs in each state", "state", "jobs", "mean", "longest")
    for state, seconds in jobs.periods().items():
        mean = sum(seconds) / len(seconds)
        table.add_row(Text(state, style=COLOURS[state]), str(len(seconds)), f"{mean:.2f}", f"{max(seconds):.2f}")
    return table


def _phases(phases: Sequence[Phase]) -> Table:
    table = _table("Where the time went", "phase", "seconds")
    for phase in phases:
        table.add_row(phase.name, f"{phase.seconds:.1f}")
    table.add_section()
    table.add_row("all", f"{sum(phase.seconds for phase in phases):.1f}")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_header=any(columns))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table
