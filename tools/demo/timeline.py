"""Draws when each job was in which state: one HTML file that needs nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from tools.demo.timeline_page import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tools.demo.job_log import Job, Period

STEP: Final = "STEP"
"""Kind of a bar that is a step of the state machine and not a state of a job."""

_LABELS: Final = 190
_WIDTH: Final = 1100
_RIGHT: Final = 34
_ROW: Final = 26
_BAR: Final = 16
_TOP: Final = 34
_TICKS: Final = 10
_LETTER: Final = 8
"""More than the width of a letter: a name is written into a bar only where it fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of a row.

    Attributes:
        kind: A state of a job, or STEP.
        title: What is shown when the pointer rests on it, and what the table says.
        start: Seconds from the beginning of the drawing.
        end: Likewise.
    """

    kind: str
    title: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the drawing.

    Attributes:
        label: At its left.
        bars: From left to right.
        outcome: SUCCEEDED or FAILED, shown as a mark after the last bar; empty for none.
    """

    label: str
    bars: tuple[Bar, ...]
    outcome: str = ""


def job_row(job: Job, *, origin: float) -> Row:
    """Make the row of a job; times become seconds since `origin`."""
    bars = tuple(
        Bar(kind=period.state, title=period.state, start=period.start - origin, end=period.end - origin)
        for period in job.periods()
    )
    return Row(label=job.title, bars=bars, outcome=job.state if job.state in ("SUCCEEDED", "FAILED") else "")


def steps_row(steps: Sequence[Period], *, origin: float) -> Row:
    """Make the row of the state machine: one bar a step."""
    bars = (Bar(kind=STEP, title=step.state, start=step.start - origin, end=step.end - origin) for step in steps)
    return Row(label="pipeline steps", bars=tuple(bars))


def timeline(rows: Sequence[Row], *, title: str, subtitle: str) -> str:
    """Draw the rows.

    Args:
        rows: From top to bottom.
        title: Of the page.
        subtitle: One sentence below it.

    Returns:
        A whole HTML document.
    """
    end = max((bar.end for row in rows for bar in row.bars), default=0.0) or 1.0
    kinds = list(dict.fromkeys(bar.kind for row in rows for bar in row.bars))
    return PAGE.substitute(
        title=escape(title),
        subtitle=escape(subtitle),
        legend="\n".join(_legend(kinds, rows)),
        drawing=_drawing(rows, end=end, title=title),
        table="\n".join(_table(rows)),
    )


def _drawing(rows: Sequence[Row], *, end: float, title: str) -> str:
    height = _TOP + len(rows) * _ROW + 8
    scale = (_WIDTH - _LABELS - _RIGHT) / end
    text = f"{len(rows)} rows over {end:.1f} seconds; the table below has the same numbers."
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="drawing-title drawing-text">',
        f'<title id="drawing-title">{escape(title)}</title>',
        f'<desc id="drawing-text">{text}</desc>',
        *_axis(end, scale=scale, height=height),
        *(line for number, row in enumerate(rows) for line in _row(row, top=_TOP + number * _ROW, scale=scale)),
        "</svg>",
    ]
    return "\n".join(parts)


def _axis(end: float, *, scale: float, height: int) -> Iterator[str]:
    step = _nice(end / _TICKS)
    digits = max(0, -math.floor(math.log10(step)))
    for number in range(math.floor(end / step + 1e-9) + 1):
        x = _LABELS + number * step * scale
        yield f'<line class="grid" x1="{x:.2f}" y1="{_TOP - 8}" x2="{x:.2f}" y2="{height - 6}"/>'
        yield f'<text class="tick" x="{x:.2f}" y="{_TOP - 14}">{number * step:.{digits}f} s</text>'


def _nice(step: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


def _row(row: Row, *, top: float, scale: float) -> Iterator[str]:
    y = top + (_ROW - _BAR) / 2
    middle = top + _ROW / 2
    yield f'<g class="row"><text class="label" x="{_LABELS - 12}" y="{middle + 4:.1f}">{escape(row.label)}</text>'
    for bar in row.bars:
        x, width = _LABELS + bar.start * scale, (bar.end - bar.start) * scale
        hint = f"{row.label}: {bar.title}, {bar.end - bar.start:.2f} s (from {bar.start:.2f} s to {bar.end:.2f} s)"
        yield (
            f'<rect class="{bar.kind.lower()}" x="{x:.2f}" y="{y:.1f}" width="{max(width, 0.5):.2f}" height="{_BAR}">'
            f"<title>{escape(hint)}</title></rect>"
        )
        if bar.kind == STEP and width > _LETTER * len(bar.title):
            yield f'<text class="name" x="{x + 6:.2f}" y="{middle + 4:.1f}">{escape(bar.title)}</text>'
    if row.outcome and row.bars:
        x = _LABELS + row.bars[-1].end * scale + 6
        mark = "✓" if row.outcome == "SUCCEEDED" else "✗"
        yield (
            f'<text class="mark {row.outcome.lower()}" x="{x:.2f}" y="{middle + 5:.1f}">{mark}'
            f"<title>{escape(row.label)}: {row.outcome}</title></text>"
        )
    yield "</g>"


def _legend(kinds: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    for kind in kinds:
        name = "step of the state machine" if kind == STEP else kind
        key = f'<rect class="{kind.lower()}" width="14" height="14"/>'
        yield f'<li><svg class="key" viewBox="0 0 14 14" aria-hidden="true">{key}</svg>{name}</li>'
    outcomes = {row.outcome for row in rows}
    for outcome, mark in (("SUCCEEDED", "✓"), ("FAILED", "✗")):
        if outcome in outcomes:
            yield f'<li><span class="mark {outcome.lower()}">{mark}</span>{outcome}</li>'


def _table(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        for bar in row.bars:
            cells = (bar.title, f"{bar.start:.2f}", f"{bar.end:.2f}", f"{bar.end - bar.start:.2f}")
            numbers = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            yield f'<tr><th scope="row">{escape(row.label)}</th>{numbers}</tr>'
