"""Draws the contact sheet: a few tiles, each with those whose vectors are closest to its own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.demo.tiles import Tile
    from tools.demo.vectors import Query

_PAPER: Final = "#f7f5f0"
_INK: Final = "#1d1b18"
_FAINT: Final = "#6f6a61"
_ACCENT: Final = "#c2410c"
_RULE: Final = "#ded9ce"

_TILE: Final = 152
_GAP: Final = 18
_MARGIN: Final = 48
_HEADER: Final = 138
_CAPTION: Final = 52
_ROW: Final = _TILE + _CAPTION + 16
_BETWEEN: Final = 34
"""Between a query and its neighbours."""
_FRAME: Final = 5


def contact_sheet(queries: Sequence[Query], *, vectors: int, dimension: int) -> Image.Image:
    """Draw one row a query: the query in a frame at the left, its neighbours beside it, the closest first.

    Args:
        queries: At least one.
        vectors: How many vectors were compared, for the subtitle.
        dimension: Numbers in one vector, for the subtitle.
    """
    columns = max(len(query.neighbours) for query in queries)
    width = 2 * _MARGIN + _TILE + _BETWEEN + columns * (_TILE + _GAP) - _GAP
    height = _HEADER + len(queries) * _ROW + _MARGIN // 2
    sheet = Image.new("RGB", (width, height), _PAPER)
    pen = ImageDraw.Draw(sheet)
    _draw_header(pen, width=width, vectors=vectors, dimension=dimension)
    for number, query in enumerate(queries):
        _draw_row(sheet, pen, query, top=_HEADER + number * _ROW)
    return sheet


def _draw_header(pen: ImageDraw.ImageDraw, *, width: int, vectors: int, dimension: int) -> None:
    pen.text((_MARGIN, 34), "Nearest neighbours", font=_font(34), fill=_INK)
    subtitle = (
        f"Framed: the query. Beside it: the most similar of {vectors:,} tiles by the cosine of their vectors "
        f"({dimension} numbers each), without those that overlap it."
    )
    pen.text((_MARGIN, 82), subtitle, font=_font(16), fill=_FAINT)
    pen.line((_MARGIN, 116, width - _MARGIN, 116), fill=_RULE, width=1)


def _draw_row(sheet: Image.Image, pen: ImageDraw.ImageDraw, query: Query, *, top: int) -> None:
    left = _MARGIN
    frame = (left - _FRAME, top - _FRAME, left + _TILE + _FRAME - 1, top + _TILE + _FRAME - 1)
    pen.rectangle(frame, fill=_ACCENT)
    sheet.paste(_picture(query.tile), (left, top))
    _caption(pen, left, top, "query", query.tile.photograph.title, fill=_ACCENT)
    left += _TILE + _BETWEEN
    for neighbour in query.neighbours:
        sheet.paste(_picture(neighbour.tile), (left, top))
        _caption(pen, left, top, f"{neighbour.similarity:.3f}", neighbour.tile.photograph.title, fill=_INK)
        left += _TILE + _GAP


def _caption(pen: ImageDraw.ImageDraw, left: int, top: int, first: str, second: str, *, fill: str) -> None:
    pen.text((left, top + _TILE + 10), first, font=_font(17), fill=fill)
    pen.text((left, top + _TILE + 31), second, font=_font(13), fill=_FAINT)


def _picture(tile: Tile) -> Image.Image:
    with Image.open(io.BytesIO(tile.content)) as image:
        return image.convert("RGB").resize((_TILE, _TILE), Image.Resampling.LANCZOS)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    # Pillow's own, so that the sheet looks the same on every machine.
    return ImageFont.load_default(size)
