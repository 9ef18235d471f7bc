from __future__ import annotations

import io
import socket
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tools.demo.errors import DemoError
from tools.demo.photographs import PHOTOGRAPHS, Photograph
from tools.demo.tiles import SIZES, cut_tiles

if TYPE_CHECKING:
    from pathlib import Path

    from tools.demo.tiles import Tile


def test_the_same_tiles_every_time(tiles: list[Tile]) -> None:
    assert cut_tiles(72) == tiles


def test_tiles_are_different_images_of_all_photographs_and_sizes(tiles: list[Tile]) -> None:
    assert len({tile.key for tile in tiles}) == len(tiles) == 72
    assert Counter(tile.photograph.name for tile in tiles) == dict.fromkeys((one.name for one in PHOTOGRAPHS), 4)
    assert {tile.size for tile in tiles} == set(SIZES)
    for tile in tiles:
        with Image.open(io.BytesIO(tile.content)) as image:
            image.load()
            assert (image.format, image.size) == ("JPEG", (tile.size, tile.size))


def test_a_remainder_is_shared_out() -> None:
    counts = Counter(tile.photograph.name for tile in cut_tiles(len(PHOTOGRAPHS) + 2))
    assert sorted(counts.values()) == [1] * (len(PHOTOGRAPHS) - 2) + [2, 2]


def test_many_tiles_of_one_photograph_stay_different() -> None:
    tiles = cut_tiles(300, photographs=PHOTOGRAPHS[:1])
    assert len({tile.box for tile in tiles}) == 300
    assert any(one.overlaps(other) for one in tiles[:20] for other in tiles if one is not other)


def test_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert len(cut_tiles(18)) == 18


def test_tiles_overlap_only_within_a_photograph(tiles: list[Tile]) -> None:
    one = tiles[0]
    elsewhere = next(tile for tile in tiles if tile.photograph != one.photograph)
    assert one.overlaps(one)
    assert not one.overlaps(elsewhere)


@pytest.mark.parametrize(
    ("photograph", "said"),
    [
        (Photograph("x", "x", "skimage", "data/none.png"), "data/none.png of the package skimage is missing"),
        (Photograph("x", "x", "no_such_package", "x.png"), "the package is not installed"),
    ],
)
def test_a_missing_photograph_is_named_with_a_fix(photograph: Photograph, said: str) -> None:
    with pytest.raises(DemoError, match=said) as caught:
        cut_tiles(1, photographs=[photograph])
    assert "make setup" in caught.value.fix


def test_too_many_tiles_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.effect_noise((100, 100), 90).save(tmp_path / "small.png")
    monkeypatch.setattr(Photograph, "file", lambda _: tmp_path / "small.png")
    with pytest.raises(DemoError, match="which has only 1 that differ") as caught:
        cut_tiles(2, photographs=[Photograph("small", "small", "x", "small.png")])
    assert "--images" in caught.value.fix
