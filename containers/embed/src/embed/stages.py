"""The threads behind the pipeline: each stage is a pool, each piece of work a future that the next stage waits on."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embed.decode import decode
from embed.embedding import Embedding
from embed.errors import UnreadableImageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType

    from numpy.typing import NDArray

    from embed.decode import Picture
    from embed.network import Network
    from embed.objects import ImageFile


@dataclass(frozen=True, slots=True)
class Decoded:
    """An image ready for the network."""

    image: str
    etag: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class Refused:
    """An image that cannot be embedded, and why."""

    image: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A batch that is written."""

    embedded: int
    failed: tuple[Refused, ...]


class Stages:
    """Runs the stages; a context manager that ends their threads.

    A stage waits only for the one before it, and each takes its work in the order of the list: the first image under
    way can always go on, so nothing waits in a circle.
    """

    def __init__(
        self,
        *,
        fetch: Callable[[str], ImageFile],
        network: Network,
        write: Callable[[Sequence[Embedding]], None],
        decode_threads: int,
        download_threads: int,
        max_image_pixels: int,
        ahead: int,
    ) -> None:
        """Start the pools.

        Args:
            fetch: Gets an image's file.
            network: Used in one thread.
            write: Stores one batch; called in one thread.
            decode_threads: For decoding.
            download_threads: For `fetch`.
            max_image_pixels: Larger images are refused.
            ahead: How many decoded images may wait for their batch.
        """
        self._fetch, self._network, self._write = fetch, network, write
        self._max_pixels = max_image_pixels
        self._window = download_threads + decode_threads + ahead
        # Files are large, decoded pictures are small: files are counted by themselves.
        self._files = threading.Semaphore(download_threads + decode_threads)
        self._download = ThreadPoolExecutor(download_threads, "download")
        self._decode = ThreadPoolExecutor(decode_threads, "decode")
        self._infer = ThreadPoolExecutor(1, "infer")
        self._store = ThreadPoolExecutor(1, "write")

    def __enter__(self) -> Stages:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for pool in (self._download, self._decode, self._infer, self._store):
            pool.shutdown(wait=True, cancel_futures=error is not None)

    def decoded(self, images: Iterable[str], *, stop: threading.Event) -> Iterator[Decoded | Refused]:
        """Download and decode, several at once; yield in the order of the list, up to `stop`."""
        waiting: deque[Future[Decoded | Refused]] = deque()
        source = iter(images)
        more = True
        while more or waiting:
            while more and not stop.is_set() and len(waiting) < self._window and self._files.acquire(blocking=False):
                image = next(source, None)
                if image is None:
                    self._files.release()
                    more = False
                else:
                    file = self._download.submit(self._fetch, image)
                    waiting.append(self._decode.submit(self._decode_one, image, file))
            if waiting:
                yield waiting.popleft().result()
            elif stop.is_set():
                return

    def finish(self, batch: Sequence[Decoded | Refused]) -> Future[Finished]:
        """Infer and write one batch."""
        vectors = self._infer.submit(self._embed, batch)
        return self._store.submit(self._write_one, vectors)

    def _decode_one(self, image: str, file: Future[ImageFile]) -> Decoded | Refused:
        try:
            content = file.result()
            picture = decode(
                content.content,
                width=self._network.width,
                height=self._network.height,
                max_pixels=self._max_pixels,
            )
            return Decoded(image, content.etag, picture)
        except UnreadableImageError as error:
            return Refused(image, str(error))
        finally:
            self._files.release()

    def _embed(self, batch: Sequence[Decoded | Refused]) -> list[Embedding | Refused]:
        good = [item for item in batch if isinstance(item, Decoded)]
        if not good:
            return [item for item in batch if isinstance(item, Refused)]
        vectors = self._network.vectors([item.picture.pixels for item in good])
        rows = iter(zip(vectors, np.linalg.norm(vectors, axis=1).tolist(), strict=True))
        return [item if isinstance(item, Refused) else _embedding(item, *next(rows)) for item in batch]

    def _write_one(self, vectors: Future[list[Embedding | Refused]]) -> Finished:
        results = vectors.result()
        good = [item for item in results if isinstance(item, Embedding)]
        if good:
            self._write(good)
        return Finished(len(good), tuple(item for item in results if isinstance(item, Refused)))


def _embedding(item: Decoded, vector: NDArray[np.float32], norm: float) -> Embedding | Refused:
    if not np.isfinite(norm):
        return Refused(item.image, "the network gives no finite vector for it")
    return Embedding(
        image=item.image,
        vector=vector / np.float32(norm or 1.0),
        norm=norm,
        width=item.picture.width,
        height=item.picture.height,
        etag=item.etag,
    )
