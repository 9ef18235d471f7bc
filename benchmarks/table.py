"""The table that `make bench` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.benchmark import Row

_COLUMNS = ("benchmark", "ours", "alternative", "ratio", "aim", "met")
_NUMBERS = frozenset({"ours", "alternative", "ratio"})


def render(rows: Sequence[tuple[str, Row]], skipped: Sequence[tuple[str, str]] = ()) -> Table:
    """Lay out the rows, each with its benchmark's name, and what was skipped, with its reason."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, justify="right" if column in _NUMBERS else "left")
    for name, row in rows:
        table.add_row(f"{name}: {row.what}", *cells(row))
    for name, reason in skipped:
        table.add_row(f"{name}: skipped, {reason}", *[""] * (len(_COLUMNS) - 1))
    return table


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """Format a row's medians, ratio, aim, and whether it was met."""
    pairs, aim = row.pairs, row.aim
    met = "" if aim is None else "yes" if aim.reached(pairs) else "no"
    return (
        f"{number(pairs.ours_median)} {row.unit}",
        f"{number(pairs.alternative_median)} {row.unit}",
        f"{pairs.ratio:.2f}",
        "" if aim is None else aim.text,
        met,
    )


def number(value: float) -> str:
    """Three significant digits, or the whole number."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
