"""What a benchmark is, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.aims import Aim
    from benchmarks.measure import Pairs


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was measured.
        unit: Of the samples.
        pairs: The samples.
        aim: What should be reached; None for a figure that only explains another.
    """

    what: str
    unit: str
    pairs: Pairs
    aim: Aim | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a benchmark found.

    Attributes:
        rows: Its lines of the table.
        notes: What a reader must know to judge them, a sentence each.
        details: More for the JSON file.
    """

    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


class Skipped(Exception):  # noqa: N818 - it is no error
    """A benchmark cannot run here; the text says why."""


class BenchmarkError(Exception):
    """A benchmark did not run to its end, or its two sides did not do the same work."""


class Benchmark(Protocol):
    """One comparison."""

    @property
    def name(self) -> str:
        """For the command line."""

    @property
    def about(self) -> str:
        """What is compared with what, in one line."""

    @property
    def runs(self) -> int:
        """Pairs of runs, unless the caller says otherwise."""

    def run(self, *, runs: int, say: Callable[[str], None]) -> Outcome:
        """Measure.

        Args:
            runs: Pairs of runs, 1 or more.
            say: Told what happens.

        Raises:
            Skipped: it cannot run on this machine.
            BenchmarkError: it failed.
        """
