"""Writes a picture as SVG, as a page, or as PNG."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING, Final

from batchwright.local.simulation.figure_words import environment_words, queue_words
from batchwright.local.simulation.picture import draw
from batchwright.local.simulation.shapes import PALETTE, Area, Label, Stroke

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageDraw import ImageDraw

    from batchwright.local.simulation.report import Report
    from batchwright.local.simulation.shapes import Drawing

_SHARPNESS: Final = 2
"""Pixels of a PNG for each unit of the drawing."""
_DASH: Final = 6.0
_STROKED: Final = 16
"""Smaller letters would run together in a bold that is made of strokes."""


def svg_image(report: Report, *, title: str) -> str:
    """Draw a report as an SVG file, for light and dark paper."""
    return _svg(draw(report, title=title), style=f"<style>{_style()}</style>") + "\n"


def html_page(report: Report, *, title: str) -> str:
    """Draw a report as a page that needs nothing else, with its figures as a table."""
    rows = [(each.name, environment_words(each)) for each in report.environments]
    rows += [(each.name, queue_words(each)) for each in report.queues]
    rows += [("", note) for note in report.notes]
    table = "\n".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(words)}</td></tr>' for name, words in rows)
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>{_style()} body {{ margin: 0 auto; padding: 1.5rem; max-width: 1140px; background: var(--paper);",
            "color: var(--ink); font: 14px/1.5 system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; }",
            "svg { width: 100%; height: auto; } th { text-align: left; font-weight: 600; padding-right: 1.5rem; }",
            "</style>\n</head>\n<body>",
            _svg(draw(report, title=title)),
            f"<table>\n{table}\n</table>\n</body>\n</html>\n",
        )
    )


def png_image(report: Report, *, title: str) -> bytes:
    """Draw a report as a PNG file, for light paper. Needs Pillow."""
    from PIL import Image, ImageDraw

    drawing = draw(report, title=title)
    size = drawing.width * _SHARPNESS, drawing.height * _SHARPNESS
    image = Image.new("RGB", size, PALETTE["paper"][0])
    pen = ImageDraw.Draw(image)
    for shape in drawing.shapes:
        _paint(pen, shape)
    file = io.BytesIO()
    image.save(file, format="PNG", optimize=True)
    return file.getvalue()


def _style() -> str:
    light = " ".join(f"--{name}: {colours[0]};" for name, colours in PALETTE.items())
    dark = " ".join(f"--{name}: {colours[1]};" for name, colours in PALETTE.items())
    paint = " ".join(f".{name} {{ fill: var(--{name}); }} line.{name} {{ stroke: var(--{name}); }}" for name in PALETTE)
    return (
        f":root {{ color-scheme: light dark; {light} }} @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }} "
        f"{paint} text {{ font-family: system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; }}"
    )


def _svg(drawing: Drawing, *, style: str = "") -> str:
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width} {drawing.height}" '
        f'width="{drawing.width}" height="{drawing.height}" role="img" aria-labelledby="title text">',
        f'<title id="title">{escape(drawing.title)}</title>',
        f'<desc id="text">{escape(drawing.text)}</desc>{style}',
        f'<rect class="paper" width="{drawing.width}" height="{drawing.height}"/>',
        *(_element(shape) for shape in drawing.shapes),
        "</svg>",
    ]
    return "\n".join(lines)


def _element(shape: Area | Stroke | Label) -> str:
    if isinstance(shape, Area):
        points = " ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
        hint = f"<title>{escape(shape.hint)}</title>" if shape.hint else ""
        return f'<polygon class="{shape.colour}" points="{points}">{hint}</polygon>'
    if isinstance(shape, Stroke):
        (x1, y1), (x2, y2) = shape.start, shape.end
        dashed = f' stroke-dasharray="{_DASH:g}"' if shape.dashed else ""
        return f'<line class="{shape.colour}" x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}"{dashed}/>'
    weight = ' font-weight="600"' if shape.bold else ""
    return (
        f'<text class="{shape.colour}" x="{shape.at[0]:.2f}" y="{shape.at[1]:.2f}" font-size="{shape.size}" '
        f'text-anchor="{shape.anchor}"{weight}>{escape(shape.text)}</text>'
    )


def _paint(pen: ImageDraw, shape: Area | Stroke | Label) -> None:
    from PIL import ImageFont

    colour = PALETTE[shape.colour][0]
    if isinstance(shape, Area):
        pen.polygon([(x * _SHARPNESS, y * _SHARPNESS) for x, y in shape.points], fill=colour)
    elif isinstance(shape, Stroke):
        for (x1, y1), (x2, y2) in _dashes(shape):
            ends = (x1 * _SHARPNESS, y1 * _SHARPNESS, x2 * _SHARPNESS, y2 * _SHARPNESS)
            pen.line(ends, fill=colour, width=_SHARPNESS)
    else:
        anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
        at = shape.at[0] * _SHARPNESS, shape.at[1] * _SHARPNESS
        font = ImageFont.load_default(shape.size * _SHARPNESS)
        pen.text(
            at,
            shape.text,
            fill=colour,
            font=font,
            anchor=anchor,
            stroke_width=int(shape.bold and shape.size >= _STROKED),
        )


def _dashes(stroke: Stroke) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Cut a level dashed line to pieces."""
    if not stroke.dashed:
        yield stroke.start, stroke.end
        return
    x, y = stroke.start
    while x < stroke.end[0]:
        yield (x, y), (min(x + _DASH, stroke.end[0]), y)
        x += 2 * _DASH
