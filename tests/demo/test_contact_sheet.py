from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops

from tools.demo import contact_sheet as module
from tools.demo.contact_sheet import contact_sheet
from tools.demo.vectors import Vectors, pick_queries

if TYPE_CHECKING:
    from tools.demo.tiles import Tile
    from tools.demo.vectors import Query


def sheet_of(tiles: list[Tile], *, queries: int, neighbours: int) -> tuple[list[Query], Image.Image]:
    rows = np.random.default_rng(1).normal(size=(len(tiles), 16)).astype(np.float32)
    vectors = Vectors(tiles=tiles, rows=rows)
    asked = [vectors.query(tile, count=neighbours) for tile in pick_queries(tiles, count=queries)]
    return asked, contact_sheet(asked, vectors=len(vectors), dimension=vectors.dimension)


def test_a_row_a_query_and_a_column_a_neighbour(tiles: list[Tile]) -> None:
    _, small = sheet_of(tiles, queries=2, neighbours=3)
    _, large = sheet_of(tiles, queries=4, neighbours=6)
    assert large.width - small.width == 3 * (module._TILE + module._GAP)
    assert large.height - small.height == 2 * module._ROW


def test_the_query_is_framed_at_the_left_and_the_tiles_are_shown(tiles: list[Tile]) -> None:
    asked, sheet = sheet_of(tiles, queries=2, neighbours=3)
    left, top = module._MARGIN, module._HEADER
    assert sheet.getpixel((left - 2, top + 40)) == tuple(bytes.fromhex(module._ACCENT[1:]))
    shown = sheet.crop((left, top, left + module._TILE, top + module._TILE))
    original = Image.open(io.BytesIO(asked[0].tile.content)).resize(shown.size, Image.Resampling.LANCZOS)
    assert ImageChops.difference(shown, original).getbbox() is None


def test_the_same_input_gives_the_same_sheet(tiles: list[Tile]) -> None:
    first, second = (sheet_of(tiles, queries=3, neighbours=6)[1] for _ in range(2))
    assert first.tobytes() == second.tobytes()
