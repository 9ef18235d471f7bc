"""Cuts photographs into tiles: always the same ones, of several sizes, some of which overlap."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Final

from PIL import ImageStat

from tools.demo.errors import DemoError
from tools.demo.photographs import PHOTOGRAPHS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL import Image

    from tools.demo.photographs import Photograph

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels of the photograph."""

PREFIX: Final = "images/"
SIZES: Final = (96, 128, 176, 240)
"""Edges of the square tiles, in pixels."""

_STEPS: Final = (0.75, 0.5, 0.3, 0.2, 0.1, 0.05)
"""Distance of one tile to the next as a part of its edge: the next finer grid is used when a coarser one is used up."""

_LEAST_CONTRAST: Final = 8.0
"""Standard deviation of the brightness (0 to 255). Night sky and blank paper say nothing about similarity."""

_QUALITY: Final = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A piece of a photograph, ready to be uploaded.

    Attributes:
        key: Of the object in S3.
        photograph: Where it was cut from.
        box: The part of the photograph.
        content: The JPEG file.
    """

    key: str
    photograph: Photograph
    box: Box
    content: bytes

    @property
    def size(self) -> int:
        """Edge in pixels."""
        return self.box[2] - self.box[0]

    def overlaps(self, other: Tile) -> bool:
        """Tell whether the two share a pixel of the same photograph."""
        if self.photograph.name != other.photograph.name:
            return False
        left, top, right, bottom = self.box
        return left < other.box[2] and other.box[0] < right and top < other.box[3] and other.box[1] < bottom


def cut_tiles(count: int, *, photographs: Sequence[Photograph] = PHOTOGRAPHS) -> list[Tile]:
    """Cut `count` tiles, as many from each photograph as can be without a remainder.

    Raises:
        DemoError: a photograph is missing, or has not so many different tiles.
    """
    share, more = divmod(count, len(photographs))
    return [
        tile for number, photograph in enumerate(photographs) for tile in _tiles(photograph, share + (number < more))
    ]


def _tiles(photograph: Photograph, count: int) -> Iterator[Tile]:
    image = photograph.open() if count else None
    found = 0
    if image is not None:
        for box in _boxes(image.width, image.height, seed=photograph.name):
            if found == count:
                return
            tile = image.crop(box)
            if ImageStat.Stat(tile.convert("L")).stddev[0] >= _LEAST_CONTRAST:
                found += 1
                yield Tile(
                    key=f"{PREFIX}{photograph.name}/{box[0]:04d}-{box[1]:04d}-{box[2] - box[0]}.jpg",
                    photograph=photograph,
                    box=box,
                    content=_jpeg(tile),
                )
    if found < count:
        raise DemoError(
            f"{count} tiles are wanted of the photograph {photograph.name}, which has only {found} that differ.",
            fix="Ask for fewer with --images.",
        )


def _boxes(width: int, height: int, *, seed: str) -> Iterator[Box]:
    """All boxes of all grids, coarse grids first, each once, in an order that depends on the seed alone."""
    seen: set[Box] = set()
    for step in _STEPS:
        grids = [list(_grid(width, height, size=size, step=max(1, round(size * step)))) for size in SIZES]
        for grid in grids:
            random.Random(f"{seed} {step}").shuffle(grid)  # noqa: S311 - not a secret; the same on every machine
        # In turns, so that every size is seen although the small ones have many more places.
        for box in chain.from_iterable(zip_longest(*grids)):
            if box is not None and box not in seen:
                seen.add(box)
                yield box


def _grid(width: int, height: int, *, size: int, step: int) -> Iterator[Box]:
    for top in range(0, height - size + 1, step):
        for left in range(0, width - size + 1, step):
            yield (left, top, left + size, top + size)


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
