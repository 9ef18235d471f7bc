from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tools.demo.errors import DemoError
from tools.demo.photographs import PHOTOGRAPHS
from tools.demo.vectors import Vectors, pick_queries

if TYPE_CHECKING:
    from typing import Any

    from tools.demo.tiles import Tile


def fake_table(items: list[dict[str, Any]]) -> SimpleNamespace:
    """A DynamoDB client that answers a scan in two pages."""
    pages = [{"Items": items[:1]}, {"Items": items[1:]}]
    return SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: pages))


def item(tile: Tile, vector: list[float], *, dimension: int | None = None, kind: str = "float32") -> dict[str, Any]:
    values = np.asarray(vector, dtype="<f4")
    return {
        "ImageId": {"S": f"s3://bucket/{tile.key}"},
        "Vector": {"B": values.tobytes()},
        "DataType": {"S": kind},
        "Dimension": {"N": str(dimension or values.size)},
    }


def read(items: list[dict[str, Any]], tiles: list[Tile]) -> Vectors:
    return Vectors.read(fake_table(items), table="table", bucket="bucket", tiles=tiles)


def apart(tiles: list[Tile]) -> list[Tile]:
    """One tile of each of four photographs."""
    return list({tile.photograph.name: tile for tile in tiles}.values())[:4]


def test_neighbours_come_by_the_cosine_and_not_by_the_length(tiles: list[Tile]) -> None:
    a, b, c, d = apart(tiles)
    vectors = read([item(a, [1, 0]), item(b, [0, 9]), item(c, [5, 5]), item(d, [8, 1])], tiles)
    query = vectors.query(a, count=2)
    assert (len(vectors), vectors.dimension) == (4, 2)
    assert query.tile == a
    assert [one.tile for one in query.neighbours] == [d, c]
    assert [one.similarity for one in query.neighbours] == pytest.approx([8 / 65**0.5, 0.5**0.5])


def test_tiles_that_overlap_the_query_are_no_neighbours(tiles: list[Tile]) -> None:
    one = next(tile for tile in tiles if any(tile.overlaps(other) for other in tiles if other is not tile))
    overlapping = next(other for other in tiles if other is not one and one.overlaps(other))
    elsewhere = next(tile for tile in tiles if not tile.overlaps(one))
    vectors = read([item(one, [1, 0]), item(overlapping, [1, 0]), item(elsewhere, [0, 1])], tiles)
    assert [found.tile for found in vectors.query(one, count=6).neighbours] == [elsewhere]


def test_a_foreign_item_and_a_broken_vector_are_named(tiles: list[Tile]) -> None:
    stranger = SimpleNamespace(key="images/stranger.jpg")
    with pytest.raises(DemoError, match=r"table has an item of s3://bucket/images/stranger\.jpg"):
        read([item(stranger, [1, 0])], tiles)
    with pytest.raises(DemoError, match=r"says 3 numbers of float32 for .* and has 2"):
        read([item(tiles[0], [1, 0], dimension=3)], tiles)
    with pytest.raises(DemoError, match="2 different dimensions"):
        read([item(tiles[0], [1, 0]), item(tiles[1], [1, 0, 0])], tiles)
    with pytest.raises(DemoError, match="has 0 vectors"):
        read([], tiles)


def test_queries_are_of_different_photographs_in_their_order(tiles: list[Tile]) -> None:
    picked = pick_queries(tiles, count=8)
    assert [tile.photograph for tile in picked] == list(PHOTOGRAPHS[:8])
    assert picked == pick_queries(tiles[::-1], count=8)
    assert {tile.photograph.name for tile in pick_queries(tiles[:2], count=8)} == {tiles[0].photograph.name}
