"""The command line of the benchmarks."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from benchmarks import machine
from benchmarks.benchmark import BenchmarkError, Outcome, Skipped
from benchmarks.registry import BENCHMARKS
from benchmarks.table import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.benchmark import Benchmark

_WIDTH = 150
"""The table's lines are never wrapped, also where the output is no terminal."""


def main(arguments: Sequence[str] | None = None, *, benchmarks: Sequence[Benchmark] = BENCHMARKS) -> int:
    """Run the command line.

    Returns:
        0 when every benchmark ran or was skipped, whether its aim was met or not; 1 when one failed.
    """
    options = _parse(arguments, benchmarks)
    if options.list:
        for benchmark in benchmarks:
            print(f"{benchmark.name:<12} {benchmark.about}")
        return 0
    chosen = [one for one in benchmarks if not options.names or one.name in options.names]
    outcomes: dict[str, Outcome | Skipped | BenchmarkError] = {}
    for benchmark in chosen:
        outcomes[benchmark.name] = _run(benchmark, options.runs or benchmark.runs)
    _print(outcomes)
    if options.json:
        options.json.write_text(json.dumps(_raw(outcomes), indent=2) + "\n", encoding="utf-8")
    return int(any(isinstance(outcome, BenchmarkError) for outcome in outcomes.values()))


def _parse(arguments: Sequence[str] | None, benchmarks: Sequence[Benchmark]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Compares Batchwright with the same work done without it. A missed aim is no error.",
    )
    names = [benchmark.name for benchmark in benchmarks]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run: {', '.join(names)}; default: all")
    parser.add_argument("--runs", type=_positive, metavar="N", help="pairs of runs; default: each benchmark's own")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample to FILE")
    parser.add_argument("--list", action="store_true", help="say what there is, and run nothing")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(names))
    if unknown:
        parser.error(f"no benchmark named {', '.join(unknown)}; there are: {', '.join(names)}")
    if options.json and not options.json.resolve().parent.is_dir():
        parser.error(f"--json {options.json}: there is no folder {options.json.resolve().parent}")
    return options


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        message = f"{text!r} is not a whole number of 1 or more"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _run(benchmark: Benchmark, runs: int) -> Outcome | Skipped | BenchmarkError:
    def say(text: str) -> None:
        print(f"{benchmark.name}: {text}", file=sys.stderr, flush=True)

    say(benchmark.about)
    try:
        return benchmark.run(runs=runs, say=say)
    except (Skipped, BenchmarkError) as end:
        say(f"{'skipped' if isinstance(end, Skipped) else 'FAILED'}: {end}")
        return end


def _print(outcomes: dict[str, Outcome | Skipped | BenchmarkError]) -> None:
    console = Console(width=_WIDTH, highlight=False, soft_wrap=True)
    about = machine.describe()
    console.print(f"\n{about['cores']} cores of {about['processor']}, load {about['load']}, Python {about['python']}")
    found = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, Outcome)}
    console.print(
        render(
            [(name, row) for name, outcome in found.items() for row in outcome.rows],
            [(name, str(end)) for name, end in outcomes.items() if isinstance(end, Skipped)],
        )
    )
    for name, outcome in found.items():
        for note in outcome.notes:
            console.print(f"{name}: {note}", markup=False)
    for name, end in outcomes.items():
        if isinstance(end, BenchmarkError):
            console.print(f"{name}: FAILED: {end}", markup=False)


def _raw(outcomes: dict[str, Outcome | Skipped | BenchmarkError]) -> dict[str, Any]:
    return {"machine": machine.describe(), "benchmarks": {name: _one(outcome) for name, outcome in outcomes.items()}}


def _one(outcome: Outcome | Skipped | BenchmarkError) -> dict[str, Any]:
    if isinstance(outcome, Skipped):
        return {"skipped": str(outcome)}
    if isinstance(outcome, BenchmarkError):
        return {"failed": str(outcome)}
    rows = [
        {
            "what": row.what,
            "unit": row.unit,
            "ours": row.pairs.ours,
            "alternative": row.pairs.alternative,
            "ratio": row.pairs.ratio,
            "aim": row.aim.text if row.aim else None,
            "met": row.aim.reached(row.pairs) if row.aim else None,
        }
        for row in outcome.rows
    ]
    return {"rows": rows, "notes": outcome.notes, "details": dict(outcome.details)}
