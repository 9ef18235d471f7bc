from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from embed import pipeline
from embed.errors import UnreadableImageError
from embed.objects import ImageFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from embed.embedding import Embedding
    from embed.network import Network


_Result = tuple[pipeline.Outcome, list["Sequence[Embedding]"]]


def _run(
    count: int, network: Network, png: Callable[..., bytes], **changed: object
) -> tuple[pipeline.Outcome, list[Sequence[Embedding]]]:
    written = []
    arguments = {
        "fetch": lambda name: ImageFile(png(int(name) % 5), "e" + name),
        "network": network,
        "write": written.append,
        "options": pipeline.Options(batch_size=4, decode_threads=3, download_threads=5),
        **changed,
    }
    outcome = pipeline.run(map(str, range(count)), **arguments)
    return outcome, written


def test_every_image_is_written_once_in_the_order_of_the_list(network: Network, png: Callable[..., bytes]) -> None:
    outcome, written = _run(50, network, png)
    assert [one.image for batch in written for one in batch] == [str(n) for n in range(50)]
    assert [one.etag for one in written[0]] == ["e0", "e1", "e2", "e3"]
    assert (outcome.embedded, outcome.failed, outcome.done) == (50, [], 50)
    assert all(len(batch) == 4 for batch in written[:-1])


def test_vectors_have_length_one_and_norm_gives_back_what_the_network_said(
    network: Network, png: Callable[..., bytes]
) -> None:
    _, written = _run(1, network, png)
    (one,) = written[0]
    assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-6)
    from embed.decode import decode

    raw = network.vectors([decode(png(0), width=128, height=128).pixels])[0]
    np.testing.assert_allclose(one.vector * one.norm, raw, rtol=1e-5)
    assert one.vector.dtype == np.float32


def test_the_order_of_downloads_does_not_change_a_bit(network: Network, png: Callable[..., bytes]) -> None:
    """Images that come late do not change which images share a batch."""
    first = _run(30, network, png)[1]
    turn = threading.Barrier(5)

    def shuffled(name: str) -> ImageFile:
        if int(name) < 30 - 30 % 5:
            turn.wait(20)
        return ImageFile(png(int(name) % 5), "e" + name)

    options = pipeline.Options(batch_size=4, decode_threads=1, download_threads=5)
    second = _run(30, network, png, fetch=shuffled, options=options)[1]
    assert [one.vector.tobytes() for batch in first for one in batch] == [
        one.vector.tobytes() for batch in second for one in batch
    ]


def test_refused_images_are_listed_in_order_and_do_not_thin_the_batches(
    network: Network, png: Callable[..., bytes]
) -> None:
    def fetch(name: str) -> ImageFile:
        if int(name) % 3 == 0:
            raise UnreadableImageError("no " + name)
        return ImageFile(b"junk" if name == "7" else png(1), "e")

    outcome, written = _run(30, network, png, fetch=fetch)
    assert [one.image for one in outcome.failed] == [str(n) for n in range(30) if n % 3 == 0 or n == 7]
    assert outcome.failed[0].reason == "no 0"
    assert outcome.embedded == 19 == sum(map(len, written))
    assert all(len(batch) == 4 for batch in written[:-1])


def test_only_refused_images(network: Network, png: Callable[..., bytes]) -> None:
    def fetch(name: str) -> None:
        raise UnreadableImageError("gone")

    outcome, written = _run(40, network, png, fetch=fetch)
    assert (outcome.embedded, len(outcome.failed), written) == (0, 40, [])


def test_no_images(network: Network, png: Callable[..., bytes]) -> None:
    assert _run(0, network, png)[0].done == 0


def test_what_is_in_memory_is_bounded(network: Network, png: Callable[..., bytes]) -> None:
    """While writing stands still, only so many images are fetched as the stages hold."""
    fetched = []
    writing, go_on = threading.Event(), threading.Event()

    def fetch(name: str) -> ImageFile:
        fetched.append(name)
        return ImageFile(png(1), "e")

    def write(_: object) -> None:
        writing.set()
        assert go_on.wait(60)

    thread = threading.Thread(target=lambda: _run(400, network, png, fetch=fetch, write=write), daemon=True)
    thread.start()
    assert writing.wait(30)
    # 3 batches under way, one being gathered, and the window: 5 + 3 files and 2 batches of pictures.
    most = 4 * 4 + (5 + 3 + 8)
    assert len(fetched) <= most
    go_on.set()
    thread.join(60)
    assert len(fetched) == 400


@pytest.mark.parametrize("stage", ["fetch", "write", "network"])
def test_an_error_of_any_stage_ends_the_run_and_all_threads(
    network: Network, png: Callable[..., bytes], stage: str
) -> None:
    before = threading.active_count()

    class Broken:
        height = width = 128

        def vectors(self, _: object) -> None:
            message = "network broke"
            raise OSError(message)

    def broken(_: object) -> None:
        message = f"{stage} broke"
        raise OSError(message)

    used = Broken() if stage == "network" else network
    changed = {} if stage == "network" else {stage: broken}
    with pytest.raises(OSError, match=f"{stage} broke"):
        _run(200, used, png, **changed)
    assert threading.active_count() == before


def test_a_stop_finishes_what_was_begun_and_begins_nothing_more(network: Network, png: Callable[..., bytes]) -> None:
    stop = threading.Event()
    fetched = []

    def fetch(name: str) -> ImageFile:
        fetched.append(name)
        if name == "20":
            stop.set()
        return ImageFile(png(1), "e")

    outcome, written = _run(500, network, png, fetch=fetch, stop=stop)
    assert outcome.done == len(fetched) < 500
    assert sum(map(len, written)) == len(fetched)


def test_a_vector_that_is_not_finite_is_a_refused_image(png: Callable[..., bytes]) -> None:
    class Odd:
        height = width = 8

        def vectors(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
            vectors = np.ones((len(pictures), 4), dtype=np.float32)
            vectors[0, 0] = np.nan
            return vectors

    outcome, _ = _run(3, Odd(), png)
    assert [one.image for one in outcome.failed] == ["0"]
    assert outcome.embedded == 2


def test_progress_is_told_after_each_batch(network: Network, png: Callable[..., bytes]) -> None:
    told = []
    _run(10, network, png, progress=lambda outcome: told.append(outcome.done))
    assert told == [4, 8, 10]
