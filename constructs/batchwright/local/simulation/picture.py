"""The picture of a simulation: vCPUs by environment and waiting jobs by queue, over time."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.local.simulation.figure_words import (
    assumed,
    environment_words,
    headline,
    queue_words,
    short_names,
    unit_of,
)
from batchwright.local.simulation.shapes import Area, Drawing, Label, Stroke

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchwright.local.simulation.report import Report
    from batchwright.local.simulation.timeline import Line

_WIDTH: Final = 1100
_LEFT: Final = 70
_RIGHT: Final = 24
_TOP: Final = 78
_PANEL: Final = 110
_HEAD: Final = 30
_GAP: Final = 22
_BOTTOM: Final = 34
_FOOT: Final = 18
_FOOT_LETTERS: Final = 165
_TICKS: Final = 10
_LETTER: Final = 6.4
"""About the width of a letter of the legend."""
_BOLD: Final = 8.0
"""The same of a heading."""
_KEY: Final = 34
_ROOM: Final = 1.08
"""A little above the highest value, so that it does not touch the words above."""


def draw(report: Report, *, title: str) -> Drawing:
    """Draw a report.

    Args:
        report: What a simulation found.
        title: Of the picture.
    """
    timeline = report.timeline
    seconds = timeline.seconds or 1.0
    panels = _panels(report)
    foot = _TOP + len(panels) * (_HEAD + _PANEL + _GAP) + _BOTTOM
    shapes: list[Area | Stroke | Label] = [
        Label(at=(_LEFT, 32), text=title, size=20, bold=True),
        Label(at=(_LEFT, 54), text=headline(report), colour="faint", size=13),
        *_legend(paid=any(line.paid for line in timeline.environments)),
    ]
    for number, panel in enumerate(panels):
        top = _TOP + number * (_HEAD + _PANEL + _GAP) + _HEAD
        shapes += _panel(panel, top=top, seconds=seconds)
    shapes += _times(seconds, foot)
    given = textwrap.wrap(assumed(report), _FOOT_LETTERS)
    shapes += [
        Label(at=(_LEFT, foot + number * _FOOT), text=text, colour="faint", size=11)
        for number, text in enumerate(given, 1)
    ]
    described = "; ".join(f"{panel.name}: {panel.words}" for panel in panels)
    return Drawing(
        width=_WIDTH,
        height=foot + (len(given) + 1) * _FOOT,
        title=title,
        text=f"{headline(report)} {described}. {assumed(report)}",
        shapes=tuple(shapes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One of the curves with its heading."""

    line: Line
    name: str
    words: str
    colour: str
    unit: str


def _panels(report: Report) -> Sequence[_Panel]:
    timeline = report.timeline
    lines = (*timeline.environments, *timeline.queues)
    words = (*map(environment_words, report.environments), *map(queue_words, report.queues))
    kinds = [("used", "vCPUs")] * len(timeline.environments) + [("waiting", "jobs")] * len(timeline.queues)
    names = short_names([line.name for line in lines])
    return [
        _Panel(line=line, name=_shortened(name, said), words=said, colour=colour, unit=unit)
        for line, name, said, (colour, unit) in zip(lines, names, words, kinds, strict=True)
    ]


def _shortened(name: str, words: str) -> str:
    """Leave out the beginning of a name that would run into the words beside it."""
    most = int((_WIDTH - _LEFT - _RIGHT - _GAP - _LETTER * len(words)) / _BOLD)
    return name if len(name) <= most else f"...{name[-max(1, most - 3) :]}"


def _legend(*, paid: bool) -> Iterator[Area | Label]:
    entries = [("used", "vCPUs that attempts hold"), ("waiting", "waiting jobs (RUNNABLE)")]
    entries += [("paid", "vCPUs of hosts")] if paid else []
    x = _WIDTH - _RIGHT - sum(_KEY + _LETTER * len(words) for _, words in entries)
    for colour, words in entries:
        yield Area(points=((x, 22), (x + 12, 22), (x + 12, 34), (x, 34)), colour=colour)
        yield Label(at=(x + 18, 32), text=words, size=12)
        x += _KEY + _LETTER * len(words)


def _panel(panel: _Panel, *, top: float, seconds: float) -> Iterator[Area | Stroke | Label]:
    line = panel.line
    highest = max([line.peak, *(value for _, value in line.points), *(value for _, value in line.paid), 1e-9])
    # A limit far above what is used would press everything else to the ground.
    shown = line.limit if line.limit is not None and line.limit <= highest * 2 else None
    scale = _PANEL / (max(highest, shown or 0.0) * _ROOM)
    bottom = top + _PANEL
    yield Label(at=(_LEFT, top - 10), text=panel.name, size=13, bold=True)
    yield Label(at=(_WIDTH - _RIGHT, top - 10), text=panel.words, colour="faint", size=12, anchor="end")
    yield Label(at=(_LEFT - 8, top - 10), text=panel.unit, colour="faint", size=11, anchor="end")
    for value in _levels(max(highest, shown or 0.0)):
        y = bottom - value * scale
        yield Stroke(start=(_LEFT, y), end=(_WIDTH - _RIGHT, y), colour="rule")
        yield Label(at=(_LEFT - 8, y + 4), text=f"{value:,.4g}", colour="faint", size=11, anchor="end")
    for name, points in (("paid", line.paid), (panel.colour, line.points)):
        if points:
            corners = tuple(_outline(points, bottom=bottom, scale=scale, seconds=seconds))
            yield Area(points=corners, colour=name, hint=f"{panel.name}: {panel.words}")
    if shown is not None:
        y = bottom - shown * scale
        yield Stroke(start=(_LEFT, y), end=(_WIDTH - _RIGHT, y), colour="limit", dashed=True)
        yield Label(at=(_WIDTH - _RIGHT, y - 3), text=f"max {shown:,g}", colour="limit", size=11, anchor="end")


def _outline(
    points: Sequence[tuple[float, float]], *, bottom: float, scale: float, seconds: float
) -> Iterator[tuple[float, float]]:
    """Go along the steps, and back along the ground."""
    across = (_WIDTH - _LEFT - _RIGHT) / seconds
    x = float(_LEFT)
    yield x, bottom
    for end, value in points:
        y = bottom - value * scale
        yield x, y
        x = _LEFT + min(end, seconds) * across
        yield x, y
        if end >= seconds:
            break
    yield x, bottom


def _levels(highest: float) -> Iterator[float]:
    step = nice(highest / 3)
    for number in range(math.floor(highest / step + 1e-9) + 1):
        yield number * step


def _times(seconds: float, foot: int) -> Iterator[Stroke | Label]:
    size, unit = unit_of(seconds)
    step = nice(seconds / size / _TICKS)
    for number in range(math.floor(seconds / size / step + 1e-9) + 1):
        x = _LEFT + number * step * size / seconds * (_WIDTH - _LEFT - _RIGHT)
        yield Stroke(start=(x, foot - _BOTTOM - _GAP), end=(x, foot - _BOTTOM - _GAP + 6), colour="faint")
        text = f"{number * step:.6g} {unit}"
        yield Label(at=(x, foot - _BOTTOM), text=text, colour="faint", size=11, anchor="middle")


def nice(step: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))
