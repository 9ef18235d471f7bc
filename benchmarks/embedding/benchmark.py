"""How many images a second."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.aims import ratio_at_least
from benchmarks.benchmark import BenchmarkError, Outcome, Row
from benchmarks.embedding.images import write_photographs, write_tiles
from benchmarks.embedding.side import Side
from benchmarks.measure import Pairs, interleave
from benchmarks.programs import ROOT, run_python

if TYPE_CHECKING:
    from collections.abc import Callable

_HERE: Final = Path(__file__).resolve().parent
_CONTAINER: Final = ROOT / "containers" / "embed"
_NETWORK: Final = _CONTAINER / "model" / "embedding-512.onnx"
_LEAST_COSINE: Final = 0.98
"""Between the vectors that the two sides give an image. Not 1: the pipeline lets JPEG decode at a part of its size."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """The pipeline of containers/embed against a loop over single images.

    Attributes:
        name: For the command line.
        about: What is compared.
        runs: Pairs of runs.
        tiles: How many tiles.
        photographs: How many whole photographs.
        latency: Seconds that a call of S3 or DynamoDB takes in the second setting; in the first it takes none.
    """

    name: str = "embed"
    about: str = "the embedding container's pipeline against a loop over single images"
    runs: int = 5
    tiles: int = 300
    photographs: int = 54
    latency: float = 0.010

    def run(self, *, runs: int, say: Callable[[str], None]) -> Outcome:
        """Measure images per second, each side in a process of its own, with and without latency."""
        rows: list[Row] = []
        with tempfile.TemporaryDirectory(prefix="batchwright-bench-") as folder:
            write_tiles(Path(folder) / "tiles", count=self.tiles)
            write_photographs(Path(folder) / "photographs", count=self.photographs)
            for images in ("tiles", "photographs"):
                for latency in (0.0, self.latency):
                    what = f"{images}, {f'{latency * 1000:g} ms' if latency else 'no time'} for a call"
                    say(f"{what}: {runs} pairs of runs")
                    samples = _measure(Path(folder) / images, latency=latency, runs=runs)
                    rows.append(Row(what, "images/s", Pairs.of(samples, lambda side: side.rate), ratio_at_least(2)))
        note = (
            f"{self.tiles} JPEG tiles of 96 to 240 pixels, {self.photographs} photographs of 0.2 to 2 megapixels, the "
            "512-dimension network of the container; a call is one of S3 or DynamoDB; loading is not counted"
        )
        return Outcome(tuple(rows), (note,), {"tiles": self.tiles, "photographs": self.photographs})


def _measure(images: Path, *, latency: float, runs: int) -> list[tuple[Side, Side]]:
    ours, loop = (partial(_once, script, images, latency) for script in ("ours.py", "loop.py"))
    samples = interleave(ours, loop, runs=runs)
    for pair in samples:
        _check_same_work(*pair, images=len(list(images.iterdir())))
    return samples


def _once(script: str, images: Path, latency: float) -> Side:
    path = os.pathsep.join((str(ROOT), str(_CONTAINER / "src")))
    run = run_python(_HERE / script, str(images), str(_NETWORK), str(latency), environment={"PYTHONPATH": path})
    return Side.parse(run.output)


def _check_same_work(ours: Side, loop: Side, *, images: int) -> None:
    """Refuse to compare what is not the same work."""
    if len(ours.vectors) != images or ours.vectors.keys() != loop.vectors.keys():
        message = f"of {images} images the pipeline wrote {len(ours.vectors)} and the loop {len(loop.vectors)}"
        raise BenchmarkError(message)
    for image, vector in ours.vectors.items():
        cosine = float(np.frombuffer(vector, "<f4") @ np.frombuffer(loop.vectors[image], "<f4"))
        if cosine < _LEAST_COSINE:
            message = f"the two vectors of {image} have the cosine {cosine:.3f}, below {_LEAST_COSINE}"
            raise BenchmarkError(message)
