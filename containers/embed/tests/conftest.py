"""Makes the container's program importable and gives its tests images, a network and an AWS on loopback."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

HERE = Path(__file__).resolve().parent
for _place in (HERE, HERE.parent / "src"):
    if str(_place) not in sys.path:
        sys.path.insert(0, str(_place))

# First of all, as it sets what ONNX Runtime reads when it is imported.
import embed  # noqa: E402, F401
import numpy as np  # noqa: E402
from embed_aws import LoopbackAws  # noqa: E402
from PIL import Image  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from embed.network import Network


@pytest.fixture(scope="session")
def network() -> Network:
    """The shipped network, on one thread."""
    from embed.network import Network
    from embed.settings import SHIPPED_MODEL

    return Network(SHIPPED_MODEL.read_bytes(), threads=1, source="shipped")


@pytest.fixture(scope="session")
def png() -> Callable[..., bytes]:
    """Makes image files: smooth noise in the colour that `seed` gives."""

    def make(seed: int, *, size: tuple[int, int] = (60, 40), kind: str = "PNG") -> bytes:
        source = np.random.default_rng(seed)
        small = source.integers(0, 256, (5, 6, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(small).resize(size, Image.Resampling.BICUBIC).save(file, kind)
        return file.getvalue()

    return make


@pytest.fixture
def aws() -> Iterator[LoopbackAws]:
    """S3 and DynamoDB on loopback."""
    with LoopbackAws() as server:
        yield server
