from __future__ import annotations

import io

import numpy as np
import pytest
from embed.decode import decode
from embed.errors import UnreadableImageError
from PIL import Image


def _file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _halves(width: int = 400, height: int = 200) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    return image


def test_covers_and_crops_in_the_middle() -> None:
    image = Image.new("RGB", (300, 100), "white")
    image.paste("red", (100, 0, 200, 100))
    picture = decode(_file(image), width=50, height=50)
    assert (picture.width, picture.height) == (300, 100)
    assert picture.pixels.shape == (50, 50, 3)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels[:, 2:48].reshape(-1, 3).tolist() == [[255, 0, 0]] * (50 * 46)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF"])
def test_formats_agree(kind: str) -> None:
    picture = decode(_file(_halves(), kind), width=32, height=32)
    left, right = picture.pixels[:, :12].mean((0, 1)), picture.pixels[:, -12:].mean((0, 1))
    assert np.abs(left - [255, 0, 0]).max() < 12
    assert np.abs(right - [0, 0, 255]).max() < 12


def test_a_large_jpeg_decoded_small_looks_like_the_whole() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    image = Image.fromarray(noise).resize((2400, 1800), Image.Resampling.BICUBIC)
    picture = decode(_file(image, "JPEG", quality=95), width=96, height=96)
    box = (300, 0, 2100, 1800)
    whole = np.asarray(image.resize((96, 96), Image.Resampling.BICUBIC, box=box))
    assert np.abs(picture.pixels.astype(int) - whole).mean() < 3
    assert (picture.width, picture.height) == (2400, 1800)


@pytest.mark.parametrize(
    ("orientation", "red"),
    [(1, "left"), (2, "right"), (3, "right"), (4, "left"), (5, "top"), (6, "top"), (7, "bottom"), (8, "bottom")],
)
def test_exif_orientation_is_followed(orientation: int, red: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = decode(_file(_halves(), "JPEG", exif=exif, quality=95), width=64, height=64)
    sides = {
        "left": picture.pixels[:, :20],
        "right": picture.pixels[:, -20:],
        "top": picture.pixels[:20],
        "bottom": picture.pixels[-20:],
    }
    reddest = max(sides, key=lambda side: float(sides[side][..., 0].mean() - sides[side][..., 2].mean()))
    assert reddest == red
    assert (picture.width, picture.height) == ((400, 200) if orientation < 5 else (200, 400))


def test_transparent_parts_become_white() -> None:
    layer = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    assert decode(_file(layer), width=8, height=8).pixels.min() == 255
    indexed = Image.new("P", (40, 40), 0)
    indexed.putpalette([255, 0, 0, 0, 0, 0])
    assert decode(_file(indexed, "GIF", transparency=0), width=8, height=8).pixels.min() == 255


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr"])
def test_modes_become_rgb(mode: str) -> None:
    kind = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    picture = decode(_file(Image.new("RGB", (20, 20), "white").convert(mode), kind), width=10, height=10)
    assert picture.pixels.shape == (10, 10, 3)
    assert picture.pixels.min() >= 250


def test_sixteen_bits_of_grey_are_brought_to_eight() -> None:
    grey = Image.fromarray(np.full((20, 20), 0x8000, dtype=np.uint16))
    assert set(decode(_file(grey), width=10, height=10).pixels.ravel().tolist()) == {0x80}


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (3, 7), (129, 127)])
def test_any_shape_is_brought_to_the_size(size: tuple[int, int]) -> None:
    assert decode(_file(Image.new("RGB", size, "green")), width=128, height=128).pixels.shape == (128, 128, 3)


def test_refusals_say_why() -> None:
    good = _file(_halves(), "JPEG")
    for content, reason in (
        (b"", "empty"),
        (b"hello", "known format"),
        (good[: len(good) // 2], "damaged image .*truncated"),
        (_file(_halves())[:200], "damaged image"),
        (_file(Image.new("F", (4, 4)), "TIFF"), "floating-point"),
    ):
        with pytest.raises(UnreadableImageError, match=reason):
            decode(content, width=8, height=8)
    with pytest.raises(UnreadableImageError, match=r"400 x 200 pixels are more than MAX_IMAGE_PIXELS, 79999"):
        decode(good, width=8, height=8, max_pixels=79_999)
