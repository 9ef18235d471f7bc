"""How long the rules take, and how that grows."""

from __future__ import annotations

import gc
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchwright.checks import all_rules, load, run
from benchmarks.aims import at_most, ratio_at_most, within
from benchmarks.benchmark import BenchmarkError, Outcome, Row
from benchmarks.checks.application import BLOCKS, WRONG_RULE, write_application
from benchmarks.measure import Pairs, interleave
from benchmarks.programs import run_python

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HERE: Final = Path(__file__).resolve().parent
_GROWN: Final = 10
"""The large application has this many templates of 500 resources."""


@dataclass(frozen=True, slots=True)
class Checks:
    """The rules over 500 and 5,000 resources, and their import.

    Attributes:
        name: For the command line.
        about: What is compared.
        runs: Pairs of runs.
    """

    name: str = "checks"
    about: str = "all rules over a template of 500 resources against reading it; ten times as many; the import"
    runs: int = 9

    def run(self, *, runs: int, say: Callable[[str], None]) -> Outcome:
        """Measure in this process, and the import in processes of its own."""
        with tempfile.TemporaryDirectory(prefix="batchwright-bench-") as folder:
            files = write_application(Path(folder), templates=_GROWN)
            say(f"{runs} pairs of runs, 500 resources")
            one = interleave(lambda: _timed(_check, files[:1]), lambda: _timed(_read, files[:1]), runs=runs)
            say(f"{runs} pairs of runs, {500 * _GROWN:,} resources")
            many = interleave(lambda: _timed(_check, files), lambda: _timed(_check, files[:1]), runs=runs)
        say(f"{runs} pairs of imports")
        imports = interleave(lambda: _process("import_rules.py"), lambda: _process("import_nothing.py"), runs=runs)
        milliseconds = Pairs.of(one, lambda seconds: seconds * 1000)
        # Of a pair, ours is the large application and the alternative the small one, a resource each.
        growth = Pairs(
            tuple(large / (500 * _GROWN) * 1e6 for large, _ in many), tuple(small / 500 * 1e6 for _, small in many)
        )
        rows = (
            Row("check 500 resources, against reading the JSON", "ms", milliseconds, at_most(150, "ms")),
            Row("a resource of 5,000, against one of 500", "us", growth, ratio_at_most(1.2)),
            Row("import, against Python's start", "ms", Pairs.of(imports, lambda s: s * 1000), within(100, "ms")),
        )
        notes = (
            f"processor time; {len(all_rules())} rules; 500 resources hold 200 job definitions and 20 state machines",
        )
        return Outcome(rows, notes, {"large_s": [large for large, _ in many]})


def _timed(work: Callable[[Sequence[Path]], object], files: Sequence[Path]) -> float:
    """Processor time: one thread that waits for nothing, and other load of the machine does not count.

    Without the garbage collector, as the command runs: `batchwright.cli` says why.
    """
    gc.collect()
    gc.disable()
    try:
        started = time.process_time()
        work(files)
        return time.process_time() - started
    finally:
        gc.enable()


def _read(files: Sequence[Path]) -> None:
    for file in files:
        json.loads(file.read_bytes())


def _check(files: Sequence[Path]) -> None:
    findings = run(load(files))
    broken = [finding.rule for finding in findings]
    if broken != [WRONG_RULE] * (BLOCKS * len(files)):
        message = f"the rules found {sorted(set(broken))}, {len(broken)} times, not {WRONG_RULE} once a block"
        raise BenchmarkError(message)


def _process(script: str) -> float:
    return run_python(_HERE / script, environment={}).cpu
