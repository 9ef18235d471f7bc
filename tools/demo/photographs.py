"""The photographs: files inside installed packages, found without importing those or downloading anything."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from tools.demo.errors import DemoError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph of a package.

    Attributes:
        name: What the demo calls it; a part of keys in S3.
        title: What a person calls it.
        package: Import name of the package.
        path: Of the file inside the package.
    """

    name: str
    title: str
    package: str
    path: str

    def file(self) -> Path:
        """Return where the file is.

        Raises:
            DemoError: the package, or the file in it, is missing.
        """
        spec = util.find_spec(self.package)
        folders = list(spec.submodule_search_locations or []) if spec else []
        for folder in folders:
            file = Path(folder) / self.path
            if file.is_file():
                return file
        where = f"in {folders[0]}" if folders else "because the package is not installed"
        raise DemoError(
            f"The photograph {self.path} of the package {self.package} is missing {where}.",
            fix="Install the packages of requirements/dev.txt again: rm .venv/.installed && make setup",
        )

    def open(self) -> Image.Image:
        """Return the whole photograph in RGB."""
        with Image.open(self.file()) as image:
            return image.convert("RGB")


def _of_skimage(name: str, title: str, file: str) -> Photograph:
    return Photograph(name, title, "skimage", f"data/{file}")


def _of_sklearn(name: str, title: str, file: str) -> Photograph:
    return Photograph(name, title, "sklearn", f"datasets/images/{file}")


# Those that are in the wheels. What scikit-image fetches on demand is left out, and so are its drawings.
# The contact sheet asks for tiles of the first ones.
PHOTOGRAPHS: Final[Sequence[Photograph]] = (
    _of_skimage("astronaut", "astronaut", "astronaut.png"),
    _of_skimage("cat", "cat", "chelsea.png"),
    _of_skimage("coffee", "coffee", "coffee.png"),
    _of_sklearn("flower", "flower", "flower.jpg"),
    _of_sklearn("palace", "palace", "china.jpg"),
    _of_skimage("motorcycle-left", "motorcycle, left eye", "motorcycle_left.png"),
    _of_skimage("rocket", "rocket", "rocket.jpg"),
    _of_skimage("galaxies", "galaxies", "hubble_deep_field.jpg"),
    _of_skimage("tissue", "tissue", "ihc.png"),
    _of_skimage("retina", "retina", "retina.jpg"),
    _of_skimage("coins", "coins", "coins.png"),
    _of_skimage("brick", "brick wall", "brick.png"),
    _of_skimage("grass", "grass", "grass.png"),
    _of_skimage("gravel", "gravel", "gravel.png"),
    _of_skimage("cameraman", "cameraman", "camera.png"),
    _of_skimage("moon", "moon", "moon.png"),
    _of_skimage("page", "printed page", "page.png"),
    _of_skimage("motorcycle-right", "motorcycle, right eye", "motorcycle_right.png"),
)
