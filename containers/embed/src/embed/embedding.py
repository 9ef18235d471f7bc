"""The result for one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """One image's vector and what is known of the image.

    Attributes:
        image: Name of the image: its address in S3.
        vector: float32, of length 1, so that the dot product of two of them is their cosine.
        norm: Length of the vector before it was brought to 1; vector * norm is what the network gave.
        width: Of the image as shown, in pixels.
        height: Likewise.
        etag: Of the version that was read.
    """

    image: str
    vector: NDArray[np.float32]
    norm: float
    width: int
    height: int
    etag: str
