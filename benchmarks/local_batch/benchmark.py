"""What the local AWS Batch adds to a container."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.aims import within
from benchmarks.benchmark import BenchmarkError, Outcome, Row
from benchmarks.local_batch.docker_cli import IMAGE, require_engine, run_container, run_containers
from benchmarks.measure import Pairs, interleave

if TYPE_CHECKING:
    from collections.abc import Callable

_AIM_MS = 50.0


@dataclass(frozen=True, slots=True)
class LocalBatch:
    """Jobs of the local AWS Batch against bare `docker run`.

    Attributes:
        name: For the command line.
        about: What is compared.
        runs: Pairs of runs.
        array: Children of the array job.
        at_once: How many of them run at a time.
    """

    name: str = "local-batch"
    about: str = f"a job of the local AWS Batch against `docker run --rm {IMAGE} true`"
    runs: int = 15
    array: int = 16
    at_once: int = 4

    def run(self, *, runs: int, say: Callable[[str], None]) -> Outcome:
        """Measure from the submission over HTTP to the end of the job, log shipped and event sent."""
        require_engine()
        try:
            from batchwright.local import LocalAws
            from batchwright.local.emulator.errors import LocalAwsError
        except ModuleNotFoundError as error:
            raise BenchmarkError(str(error)) from error
        from benchmarks.local_batch.job_queue import BenchmarkQueue  # needs the same extra

        try:
            with LocalAws(runner="docker") as aws:
                queue = BenchmarkQueue(aws, at_once=self.at_once)
                say(f"single jobs: {runs} pairs of runs")
                single = interleave(_timed(queue.run_job), _timed(run_container), runs=runs, warm_ups=2)
                waves = max(1, runs // 4)
                say(f"arrays of {self.array}, {self.at_once} at once: {waves} pairs of runs")
                arrays = interleave(
                    _timed(lambda: queue.run_array(self.array)),
                    _timed(lambda: run_containers(self.array, at_once=self.at_once)),
                    runs=waves,
                )
        except LocalAwsError as error:
            raise BenchmarkError(str(error)) from error
        rows = (
            Row("one job", "ms", Pairs.of(single, lambda seconds: seconds * 1000), within(_AIM_MS, "ms")),
            Row(
                f"array of {self.array}, {self.at_once} at once",
                "jobs/s",
                Pairs.of(arrays, lambda seconds: self.array / seconds),
            ),
        )
        difference = rows[0].pairs.difference
        return Outcome(rows, (f"one job: {difference:+.0f} ms against `docker run` (difference of the medians)",))


def _timed(action: Callable[[], None]) -> Callable[[], float]:
    def timed() -> float:
        started = time.perf_counter()
        action()
        return time.perf_counter() - started

    return timed
