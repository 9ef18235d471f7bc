"""Reads the vectors back from the table and finds which are close to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tools.demo.errors import DemoError
from tools.demo.photographs import PHOTOGRAPHS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from numpy.typing import NDArray

    from tools.demo.tiles import Tile

DATA_TYPE: Final = "float32"

_QUERY_SIZE: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A tile beside the one that was asked for.

    Attributes:
        tile: The neighbour.
        similarity: Cosine of the angle between both vectors, -1 to 1.
    """

    tile: Tile
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A tile and those whose vectors are closest to its own, the closest first."""

    tile: Tile
    neighbours: tuple[Neighbour, ...]


class Vectors:
    """All vectors of the table, each of length 1.

    Args:
        tiles: The tile of each row.
        rows: The vectors, one a row, of any length but 0.
    """

    def __init__(self, *, tiles: Sequence[Tile], rows: NDArray[np.float32]) -> None:
        self._tiles = tuple(tiles)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        self._rows = rows / np.maximum(lengths, np.finfo(np.float32).tiny)

    def __len__(self) -> int:
        return len(self._tiles)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """The tiles that have a vector."""
        return self._tiles

    @property
    def dimension(self) -> int:
        """Numbers in one vector."""
        return int(self._rows.shape[1])

    @classmethod
    def read(cls, client: DynamoDBClient, *, table: str, bucket: str, tiles: Sequence[Tile]) -> Vectors:
        """Read the whole table.

        Raises:
            DemoError: an item is of an image that was not uploaded, or a vector is not what the table says.
        """
        by_image = {f"s3://{bucket}/{tile.key}": tile for tile in tiles}
        found: list[Tile] = []
        rows: list[NDArray[np.float32]] = []
        for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            for item in page["Items"]:
                image = item["ImageId"]["S"]
                if image not in by_image:
                    raise _wrong(table, f"has an item of {image}, which was not uploaded as an image")
                found.append(by_image[image])
                rows.append(_vector(item, table=table))
        if not rows or len({row.size for row in rows}) != 1:
            raise _wrong(table, f"has {len(rows)} vectors of {len({row.size for row in rows})} different dimensions")
        return cls(tiles=found, rows=np.stack(rows))

    def query(self, tile: Tile, *, count: int) -> Query:
        """Find the `count` closest tiles that share no pixel with `tile`."""
        similarities = self._rows @ self._rows[self._tiles.index(tile)]
        # Stable, so that equal similarities keep one order.
        order = np.argsort(-similarities, kind="stable")
        others = ((self._tiles[number], float(similarities[number])) for number in order)
        apart = (Neighbour(tile=other, similarity=value) for other, value in others if not other.overlaps(tile))
        return Query(tile=tile, neighbours=tuple(one for one, _ in zip(apart, range(count), strict=False)))


def pick_queries(tiles: Sequence[Tile], *, count: int) -> list[Tile]:
    """Pick tiles to ask for: of each photograph one of middle size with much detail, in the photographs' order."""
    best: dict[str, Tile] = {}
    # A large tile would overlap most of its own photograph, and a small one shows little.
    for tile in sorted(tiles, key=lambda tile: (tile.size != _QUERY_SIZE, -len(tile.content), tile.key)):
        best.setdefault(tile.photograph.name, tile)
    return [best[photograph.name] for photograph in PHOTOGRAPHS if photograph.name in best][:count]


def _vector(item: Any, *, table: str) -> NDArray[np.float32]:  # noqa: ANN401 - an item of DynamoDB
    dimension, kind = int(item["Dimension"]["N"]), item["DataType"]["S"]
    vector = np.frombuffer(item["Vector"]["B"], dtype="<f4").astype(np.float32)
    if kind != DATA_TYPE or vector.size != dimension:
        raise _wrong(table, f"says {dimension} numbers of {kind} for {item['ImageId']['S']} and has {vector.size}")
    return vector


def _wrong(table: str, what: str) -> DemoError:
    return DemoError(f"The table {table} {what}.", fix="This is a defect of the container in containers/embed.")
