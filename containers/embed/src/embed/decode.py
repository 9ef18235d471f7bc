"""From the bytes of an image file to the pixels a network takes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from embed.errors import UnreadableImageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Pillow's own bound only warns; decode() checks the size itself, before it reads a pixel.
Image.MAX_IMAGE_PIXELS = None

_ORIENTATION = 0x0112
_ON_ITS_SIDE = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded image.

    Attributes:
        pixels: RGB, uint8, height x width x 3, of the size asked for.
        width: Of the image as it is shown, in pixels, before any scaling.
        height: Likewise.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int


def decode(content: bytes, *, width: int, height: int, max_pixels: int = 100_000_000) -> Picture:
    """Decode an image as a viewer shows it, scaled to cover `width` x `height` and cropped in the middle.

    The first frame counts. EXIF orientation is followed. Transparent parts become white. Grey images of 16 bits are
    brought to 8.

    Args:
        content: The file, of any format Pillow reads.
        width: Of the result, in pixels.
        height: Of the result, in pixels.
        max_pixels: An image with more pixels is refused: it would take the memory of the whole job.

    Raises:
        UnreadableImageError: it is no image, is cut short, or is too large; the text says which.
    """
    if not content:
        message = "the object is empty"
        raise UnreadableImageError(message)
    try:
        with Image.open(io.BytesIO(content)) as image:
            return _decode(image, width=width, height=height, max_pixels=max_pixels)
    except UnidentifiedImageError as error:
        message = "not an image of a known format"
        raise UnreadableImageError(message) from error
    except UnreadableImageError:
        raise
    # Pillow's readers raise many kinds for damaged files (OSError, ValueError, SyntaxError, struct.error, ...).
    except Exception as error:
        message = f"damaged image ({type(error).__name__}: {error})"
        raise UnreadableImageError(message) from error


def _decode(image: Image.Image, *, width: int, height: int, max_pixels: int) -> Picture:
    if image.width * image.height > max_pixels:
        message = f"{image.width} x {image.height} pixels are more than MAX_IMAGE_PIXELS, {max_pixels}"
        raise UnreadableImageError(message)
    full = image.size
    if image.getexif().get(_ORIENTATION, 1) in _ON_ITS_SIDE:
        full = full[1], full[0]
    # A JPEG can be decoded at 1/2, 1/4 or 1/8 of its size for a fraction of the work. Twice the size needed keeps the
    # resampling below as good as from the full image.
    longest = 2 * max(width, height)
    image.draft("RGB", (longest, longest))
    scaled = _cover(_rgb(ImageOps.exif_transpose(image)), width=width, height=height)
    return Picture(np.asarray(scaled), *full)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow would cut values off at 255
        # In the width that they have: the largest image in 64 bits would take the memory of the whole job.
        grey = np.asarray(image) >> 8
        return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        message = "floating-point pixels have no defined brightness"
        raise UnreadableImageError(message)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


def _cover(image: Image.Image, *, width: int, height: int) -> Image.Image:
    if image.size == (width, height):
        return image
    scale = max(width / image.width, height / image.height)
    shown = width / scale, height / scale
    left, top = (image.width - shown[0]) / 2, (image.height - shown[1]) / 2
    box = (left, top, left + shown[0], top + shown[1])
    # The box may pass the edge by a rounding error, which Pillow refuses.
    box = (max(0.0, box[0]), max(0.0, box[1]), min(float(image.width), box[2]), min(float(image.height), box[3]))
    return image.resize((width, height), Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)
