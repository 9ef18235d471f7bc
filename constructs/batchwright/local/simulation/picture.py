"""The picture of a simulation: vCPUs by environment and waiting jobs by queue, over time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from batchwright.local.simulation.figure_words import environment_words, headline, queue_words, unit_of
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
_TICKS: Final = 10
_LETTER: Final = 6.4
"""About the width of a letter of the legend."""
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
    used = [
        (line, environment_words(each), "used")
        for line, each in zip(timeline.environments, report.environments, strict=True)
    ]
    waiting = [(line, queue_words(each), "waiting") for line, each in zip(timeline.queues, report.queues, strict=True)]
    panels = [*used, *waiting]
    height = _TOP + len(panels) * (_HEAD + _PANEL + _GAP) + _BOTTOM
    shapes: list[Area | Stroke | Label] = [
        Label(at=(_LEFT, 32), text=title, size=20, bold=True),
        Label(at=(_LEFT, 54), text=headline(report), colour="faint", size=13),
        *_legend(paid=any(line.paid for line in timeline.environments)),
    ]
    for number, (line, words, colour) in enumerate(panels):
        top = _TOP + number * (_HEAD + _PANEL + _GAP) + _HEAD
        shapes += _panel(line, words, colour, top=top, seconds=seconds)
    shapes += _times(seconds, height)
    described = "; ".join(f"{line.name}: {words}" for line, words, _ in panels)
    return Drawing(
        width=_WIDTH, height=height, title=title, text=f"{headline(report)}. {described}", shapes=tuple(shapes)
    )


def _legend(*, paid: bool) -> Iterator[Area | Label]:
    entries = [("used", "vCPUs that attempts hold"), ("waiting", "waiting jobs (RUNNABLE)")]
    entries += [("paid", "vCPUs of hosts")] if paid else []
    x = _WIDTH - _RIGHT - sum(_KEY + _LETTER * len(words) for _, words in entries)
    for colour, words in entries:
        yield Area(points=((x, 22), (x + 12, 22), (x + 12, 34), (x, 34)), colour=colour)
        yield Label(at=(x + 18, 32), text=words, size=12)
        x += _KEY + _LETTER * len(words)


def _panel(line: Line, words: str, colour: str, *, top: float, seconds: float) -> Iterator[Area | Stroke | Label]:
    highest = max([line.peak, *(value for _, value in line.points), *(value for _, value in line.paid), 1e-9])
    # A limit far above what is used would press everything else to the ground.
    shown = line.limit if line.limit is not None and line.limit <= highest * 2 else None
    scale = _PANEL / (max(highest, shown or 0.0) * _ROOM)
    bottom = top + _PANEL
    yield Label(at=(_LEFT, top - 10), text=line.name, size=13, bold=True)
    yield Label(at=(_WIDTH - _RIGHT, top - 10), text=words, colour="faint", size=12, anchor="end")
    for value in _levels(max(highest, shown or 0.0)):
        y = bottom - value * scale
        yield Stroke(start=(_LEFT, y), end=(_WIDTH - _RIGHT, y), colour="rule")
        yield Label(at=(_LEFT - 8, y + 4), text=f"{value:,.4g}", colour="faint", size=11, anchor="end")
    for name, points in (("paid", line.paid), (colour, line.points)):
        if points:
            corners = tuple(_outline(points, bottom=bottom, scale=scale, seconds=seconds))
            yield Area(points=corners, colour=name, hint=f"{line.name}: {words}")
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


def _times(seconds: float, height: int) -> Iterator[Stroke | Label]:
    size, unit = unit_of(seconds)
    step = nice(seconds / size / _TICKS)
    for number in range(math.floor(seconds / size / step + 1e-9) + 1):
        x = _LEFT + number * step * size / seconds * (_WIDTH - _LEFT - _RIGHT)
        yield Stroke(start=(x, height - _BOTTOM - _GAP), end=(x, height - _BOTTOM - _GAP + 6), colour="faint")
        text = f"{number * step:.6g} {unit}"
        yield Label(at=(x, height - _BOTTOM), text=text, colour="faint", size=11, anchor="middle")


def nice(step: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))
