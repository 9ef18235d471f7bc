"""What is embedded: photographs that ship inside installed packages, in tiles and as they are."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING

from benchmarks.benchmark import BenchmarkError
from tools.demo.errors import DemoError
from tools.demo.photographs import PHOTOGRAPHS
from tools.demo.tiles import cut_tiles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write_tiles(folder: Path, *, count: int) -> None:
    """Write `count` JPEG tiles of 96 to 240 pixels, those of `make demo`.

    Raises:
        BenchmarkError: A photograph is missing, or has not so many tiles.
    """
    try:
        _write(folder, ((".jpg", tile.content) for tile in cut_tiles(count)))
    except DemoError as error:
        raise BenchmarkError(str(error)) from error


def write_photographs(folder: Path, *, count: int) -> None:
    """Write `count` whole photographs in the formats they ship in, each several times under different names.

    Raises:
        BenchmarkError: A photograph is missing.
    """
    try:
        files = [photograph.file() for photograph in PHOTOGRAPHS]
    except DemoError as error:
        raise BenchmarkError(str(error)) from error
    _write(folder, ((file.suffix, file.read_bytes()) for file in islice(cycle(files), count)))


def read_images(folder: Path) -> dict[str, bytes]:
    """Read the files by name, in order."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _write(folder: Path, images: Iterable[tuple[str, bytes]]) -> None:
    folder.mkdir()
    for number, (suffix, content) in enumerate(images):
        (folder / f"{number:05}{suffix}").write_bytes(content)
