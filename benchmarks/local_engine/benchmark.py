"""What the local AWS itself takes for an array, and whether it tells every change of state."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.aims import Aim, at_most
from benchmarks.benchmark import Outcome, Row
from benchmarks.measure import Pairs, interleave
from benchmarks.programs import run_python

if TYPE_CHECKING:
    from collections.abc import Callable

_PROGRAM: Final = Path(__file__).with_name("run_array.py")
_MOST_SECONDS: Final = 30.0
_MOST_MEBIBYTES: Final = 300.0
_START_SECONDS: Final = 4.0
_ALL_TOLD: Final = Aim("100 %", lambda pairs: min(pairs.ours) == max(pairs.ours) == 100)


@dataclass(frozen=True, slots=True)
class Sample:
    """One run.

    Attributes:
        start_seconds: Until the server answered.
        seconds: From the submission to the event of the array's end.
        mebibytes: Most memory of the process.
        told_percent: Changes of state that an event told, of all.
    """

    start_seconds: float
    seconds: float
    mebibytes: float
    told_percent: float


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """An array of 10,000 jobs that do nothing against one of a tenth.

    Attributes:
        name: For the command line.
        about: What is compared.
        runs: Pairs of runs.
        jobs: Jobs of the large array.
    """

    name: str = "local-engine"
    about: str = "an array of 10,000 jobs that do nothing against one of 1,000"
    runs: int = 3
    jobs: int = 10_000

    def run(self, *, runs: int, say: Callable[[str], None]) -> Outcome:
        """Measure in processes of their own, so that start and memory are those of one server."""
        say(f"{runs} pairs of runs")
        samples = interleave(lambda: _sample(self.jobs), lambda: _sample(self.jobs // 10), runs=runs, warm_ups=1)
        rows = (
            Row("start", "s", Pairs.of(samples, lambda one: one.start_seconds), at_most(_START_SECONDS, "s")),
            Row("time", "s", Pairs.of(samples, lambda one: one.seconds), at_most(_MOST_SECONDS, "s")),
            Row("memory", "MiB", Pairs.of(samples, lambda one: one.mebibytes), at_most(_MOST_MEBIBYTES, "MiB")),
            Row("events told", "%", Pairs.of(samples, lambda one: one.told_percent), _ALL_TOLD),
        )
        return Outcome(rows, ("jobs end in the server's process; every event is delivered over its event bus",))


def _sample(jobs: int) -> Sample:
    return Sample(**json.loads(run_python(_PROGRAM, str(jobs), environment={}).output))
