"""What a simulated job costs, and whether a million cost a million times that."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.aims import at_most, ratio_at_most
from benchmarks.benchmark import Outcome, Row
from benchmarks.measure import Pairs, interleave
from benchmarks.programs import run_python

if TYPE_CHECKING:
    from collections.abc import Callable

_PROGRAM: Final = Path(__file__).with_name("run_workload.py")
_MOST_SECONDS: Final = 60.0
_MOST_MEBIBYTES: Final = 2048.0
_LINEAR: Final = 1.25
"""A sort of all waits and a larger heap may cost a little more for each job, no more."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run.

    Attributes:
        jobs: Jobs that ended.
        seconds: Of the simulation alone, without the start of Python.
        mebibytes: Most memory of the process.
    """

    jobs: int
    seconds: float
    mebibytes: float


@dataclass(frozen=True, slots=True)
class SimulatedJobs:
    """A million simulated jobs against a tenth of them.

    Attributes:
        name: For the command line.
        about: What is compared.
        runs: Pairs of runs.
        jobs: Jobs of the large workload.
    """

    name: str = "simulation"
    about: str = "a million simulated jobs against a hundred thousand"
    runs: int = 2
    jobs: int = 1_000_000

    def run(self, *, runs: int, say: Callable[[str], None]) -> Outcome:
        """Measure in processes of their own, so that memory is that of one workload."""
        say(f"{runs} pairs of runs")
        samples = interleave(lambda: _sample(self.jobs), lambda: _sample(self.jobs // 10), runs=runs, warm_ups=0)
        rows = (
            Row("time", "s", Pairs.of(samples, lambda one: one.seconds), at_most(_MOST_SECONDS, "s")),
            Row("memory", "MiB", Pairs.of(samples, lambda one: one.mebibytes), at_most(_MOST_MEBIBYTES, "MiB")),
            Row(
                "time a job",
                "us",
                Pairs.of(samples, lambda one: one.seconds / one.jobs * 1e6),
                ratio_at_most(_LINEAR),
            ),
        )
        note = "arrays of 10,000 on 10,000 vCPUs of hosts that boot; the alternative has a tenth of the jobs"
        return Outcome(rows, (note,))


def _sample(jobs: int) -> Sample:
    return Sample(**json.loads(run_python(_PROGRAM, str(jobs), environment={}).output))
