"""The benchmarks. A new one is a folder of its own and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.checks.benchmark import Checks
from benchmarks.embedding.benchmark import Embedding
from benchmarks.local_batch.benchmark import LocalBatch
from benchmarks.local_engine.benchmark import LocalEngine
from benchmarks.simulation.benchmark import SimulatedJobs
from benchmarks.synth.benchmark import Synth

if TYPE_CHECKING:
    from benchmarks.benchmark import Benchmark

BENCHMARKS: Final[tuple[Benchmark, ...]] = (
    Synth(),
    Checks(),
    Embedding(),
    LocalBatch(),
    LocalEngine(),
    SimulatedJobs(),
)
