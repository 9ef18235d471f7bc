"""How long synthesis takes, and how much it says to jsii."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.aims import ratio_at_most
from benchmarks.benchmark import Outcome, Row
from benchmarks.measure import Pairs, interleave
from benchmarks.synth.app import App

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Synth:
    """The ImageEmbeddings stack against the same resources written by hand.

    Attributes:
        name: For the command line.
        about: What is compared.
        runs: Pairs of runs.
    """

    name: str = "synth"
    about: str = "the ImageEmbeddings stack against the same resources hand-written with aws-cdk-lib's own constructs"
    runs: int = 9

    def run(self, *, runs: int, say: Callable[[str], None]) -> Outcome:
        """Measure whole processes, with warm caches and without template validation."""
        with tempfile.TemporaryDirectory(prefix="batchwright-bench-") as folder:
            ours = App("with_batchwright.py", Path(folder) / "ours")
            alternative = App("handwritten.py", Path(folder) / "alternative")
            say("counting messages")
            messages = ours.messages(), alternative.messages()
            resources = ours.resources(), alternative.resources()
            say(f"{runs} pairs of runs")
            samples = interleave(ours.synthesize, alternative.synthesize, runs=runs)
        counts = Pairs((sum(messages[0].values()),), (sum(messages[1].values()),))
        rows = (
            Row("wall time of `python app.py`", "s", Pairs.of(samples, lambda run: run.wall), ratio_at_most(1)),
            Row("processor time", "s", Pairs.of(samples, lambda run: run.cpu), ratio_at_most(1)),
            Row("messages to jsii", "", counts, ratio_at_most(1)),
        )
        return Outcome(rows, _notes(*resources), _details(messages, resources))


def _notes(ours: Mapping[str, int], alternative: Mapping[str, int]) -> tuple[str, ...]:
    differences = [
        f"{kind.removeprefix('AWS::')} {ours.get(kind, 0)} / {alternative.get(kind, 0)}"
        for kind in sorted({*ours, *alternative})
        if ours.get(kind, 0) != alternative.get(kind, 0)
    ]
    counts = f"{sum(ours.values())} resources against {sum(alternative.values())}"
    return (f"{counts}; types whose numbers differ: {', '.join(differences) or 'none'}",)


def _details(messages: tuple[Mapping[str, int], ...], resources: tuple[Mapping[str, int], ...]) -> dict[str, Any]:
    sides = ("ours", "alternative")
    return {
        "messages": dict(zip(sides, map(dict, messages), strict=True)),
        "resources": dict(zip(sides, map(dict, resources), strict=True)),
    }
