"""Download, decode, infer and write at the same time, in bounded memory and in the order of the list.

    download threads -> decode threads -> batches -> inference thread -> writing thread

Each stage works while the others do. The order is kept, so that a re-run makes the same batches and with them, to the
last bit, the same vectors. At most `download_threads + decode_threads` files and a few batches of small pixel arrays
are in memory, however long the list is.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from embed.stages import Decoded, Refused, Stages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from embed.embedding import Embedding
    from embed.network import Network
    from embed.objects import ImageFile
    from embed.stages import Finished

_BATCHES_UNDER_WAY = 3
"""One inferred, one written, one waiting: more would only take memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How much is done at once, and how large an image may be."""

    batch_size: int = 16
    decode_threads: int = 2
    download_threads: int = 16
    max_image_pixels: int = 100_000_000


@dataclass(slots=True)
class Outcome:
    """What became of the images.

    Attributes:
        embedded: How many vectors were written.
        failed: The images that could not be embedded, with the reason, in the order of the list.
    """

    embedded: int = 0
    failed: list[Refused] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Images dealt with, one way or the other."""
        return self.embedded + len(self.failed)


def run(
    images: Iterable[str],
    *,
    fetch: Callable[[str], ImageFile],
    network: Network,
    write: Callable[[Sequence[Embedding]], None],
    options: Options,
    stop: threading.Event | None = None,
    progress: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """Embed all images.

    Args:
        images: Names of the images; taken as they are needed, never all at once.
        fetch: Gets the file of an image. Called by several threads. Raises UnreadableImageError for one that cannot
            be had; any other exception ends the run.
        network: The network; one thread uses it.
        write: Stores the vectors of one batch, in one thread. An exception ends the run.
        options: How much is done at once.
        stop: Once set, no further image is begun; those under way are finished and written.
        progress: Called in this thread after each batch.

    Returns:
        What became of the images: every one up to a stop is either written or listed as failed.

    Raises:
        Exception: the first one of `fetch`, `network` or `write`, once all threads have ended.
    """
    stop = stop or threading.Event()
    outcome = Outcome()
    under_way: deque[Future[Finished]] = deque()

    def settle(most: int) -> None:
        while len(under_way) > most:
            finished = under_way.popleft().result()
            outcome.embedded += finished.embedded
            outcome.failed += finished.failed
            if progress is not None:
                progress(outcome)

    with Stages(
        fetch=fetch,
        network=network,
        write=write,
        decode_threads=options.decode_threads,
        download_threads=options.download_threads,
        max_image_pixels=options.max_image_pixels,
        ahead=2 * options.batch_size,
    ) as stages:
        for batch in _batches(stages.decoded(images, stop=stop), size=options.batch_size):
            under_way.append(stages.finish(batch))
            settle(_BATCHES_UNDER_WAY - 1)
        settle(0)
    return outcome


def _batches(items: Iterator[Decoded | Refused], *, size: int) -> Iterator[list[Decoded | Refused]]:
    """Cut the stream into batches of up to `size` good images; the refused ones between them go along."""
    batch: list[Decoded | Refused] = []
    good = 0
    for item in items:
        batch.append(item)
        good += isinstance(item, Decoded)
        # Refused images alone must not pile up either.
        if good == size or len(batch) == 4 * size:
            yield batch
            batch, good = [], 0
    if batch:
        yield batch
