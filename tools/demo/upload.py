"""Puts the images into the bucket, and one file that is none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from tools.demo.tiles import PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.demo.stack import Stack
    from tools.demo.tiles import Tile

BROKEN_KEY: Final = f"{PREFIX}not-an-image.jpg"
"""Called an image and none: the run lists it as failed and goes on."""

_BROKEN: Final = b"The name of this file ends in .jpg, and it holds words.\n"
_THREADS: Final = 8


def upload(stack: Stack, tiles: Sequence[Tile]) -> int:
    """Upload all tiles and the broken file, several at a time; returns how many objects that are."""
    s3 = stack.client("s3")

    def put(entry: tuple[str, bytes]) -> None:
        s3.put_object(Bucket=stack.bucket, Key=entry[0], Body=entry[1], ContentType="image/jpeg")

    entries = [*((tile.key, tile.content) for tile in tiles), (BROKEN_KEY, _BROKEN)]
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="demo-upload")
    try:
        for _ in pool.map(put, entries):
            pass
    finally:
        # After an interruption what waits is dropped, so that the end does not wait for hundreds of uploads.
        pool.shutdown(wait=True, cancel_futures=True)
    return len(entries)
