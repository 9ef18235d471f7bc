"""The shipped network: made again from its script, and judged by what it finds alike."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
import skimage
import sklearn
from embed.network import Network
from embed.settings import SHIPPED_MODEL
from PIL import Image

if TYPE_CHECKING:
    from types import ModuleType

Tiles = tuple[list[np.ndarray], np.ndarray]
PHOTOGRAPHS = [
    *(
        Path(skimage.__file__).parent / "data" / name
        for name in (
            "astronaut.png",
            "chelsea.png",
            "coffee.png",
            "hubble_deep_field.jpg",
            "ihc.png",
            "motorcycle_left.png",
            "retina.jpg",
            "rocket.jpg",
            "brick.png",
            "camera.png",
            "coins.png",
            "grass.png",
            "gravel.png",
            "moon.png",
        )
    ),
    *(Path(sklearn.__file__).parent / "datasets" / "images" / name for name in ("china.jpg", "flower.jpg")),
]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_network", SHIPPED_MODEL.with_name("make_network.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_makes_the_shipped_file_again() -> None:
    made = _script().make()
    shipped = onnx.load(SHIPPED_MODEL)
    # The graphs must agree in any version of onnx; the bytes do so in the one that wrote the file.
    assert made.graph == shipped.graph
    assert made.SerializeToString(deterministic=True) == SHIPPED_MODEL.read_bytes()


@pytest.fixture(scope="module")
def tiles() -> Tiles:
    """Tiles of photographs that share no pixel, at most 12 of one photograph, and the photograph of each."""
    pictures, origin = [], []
    for number, file in enumerate(PHOTOGRAPHS):
        image = Image.open(file).convert("RGB")
        corners = [(x, y) for y in range(0, image.height - 127, 128) for x in range(0, image.width - 127, 128)]
        for x, y in corners[:: max(1, len(corners) // 12)]:
            pictures.append(np.asarray(image.crop((x, y, x + 128, y + 128))))
            origin.append(number)
    return pictures, np.array(origin)


def test_tiles_of_one_photograph_are_nearest_to_each_other(
    network: Network, tiles: tuple[list[np.ndarray], np.ndarray]
) -> None:
    pictures, origin = tiles
    vectors = np.concatenate([network.vectors(pictures[at : at + 16]) for at in range(0, len(pictures), 16)])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -2)
    same = origin[:, None] == origin
    share = (origin[cosines.argmax(axis=1)] == origin).mean()
    by_chance = (np.bincount(origin) ** 2).sum() / len(origin) ** 2
    assert share > 0.75 > 5 * by_chance
    assert cosines[same & (cosines > -2)].mean() > cosines[~same].mean() + 0.4


def test_vectors_hardly_depend_on_the_batch_or_on_the_threads(
    network: Network, tiles: tuple[list[np.ndarray], np.ndarray]
) -> None:
    pictures = tiles[0][:16]
    alone = np.concatenate([network.vectors([picture]) for picture in pictures])
    np.testing.assert_allclose(network.vectors(pictures), alone, rtol=1e-4, atol=1e-4)
    threaded = Network(SHIPPED_MODEL.read_bytes(), threads=2, source="shipped")
    np.testing.assert_allclose(threaded.vectors(pictures), alone, rtol=1e-4, atol=1e-4)


def test_even_pictures_have_a_direction_too(network: Network) -> None:
    shades = [np.full((128, 128, 3), shade, dtype=np.uint8) for shade in (0, 128, 255)]
    vectors = network.vectors(shades)
    assert np.isfinite(vectors).all()
    assert (np.linalg.norm(vectors, axis=1) > 0.1).all()
