"""The report of a simulation for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from batchwright.cli.screen import printable
from batchwright.local.simulation import End
from batchwright.local.simulation.figure_words import assumed, duration, headline, short_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from batchwright.local.simulation import Report
    from batchwright.local.simulation.report import EnvironmentReport, StreamReport, Waits

_FEW_REASONS: Final = 5
_WAITS: Final = ("mean", "p50", "p95", "max")
_TOTAL: Final = "total"


def print_report(console: Console, report: Report) -> None:
    """Print a report."""
    good = report.end is End.COMPLETE and not any(stream.failed for stream in report.streams)
    console.print(Text(headline(report), style="bold" if good else "bold yellow"))
    queued = [each.name for each in report.queues]
    names = short_names([*(each.name for each in report.environments), *queued])
    queues = dict(zip(queued, names[len(report.environments) :], strict=True))
    _print_jobs(console, report.streams)
    _print_waits(console, report, queues)
    _print_shares(console, report, queues)
    _print_environments(console, report.environments, names)
    lines = [*_reasons(report.streams), *report.notes, f"Taken as given: {assumed(report)}"]
    _print_lines(console, lines)


def _print_jobs(console: Console, streams: Sequence[StreamReport]) -> None:
    heads = ("Jobs", "All", "Succeeded", "Failed", "Never\nran", "Retried", "Lost to\nSpot", "vCPU-\nhours")
    counts = [
        (each.jobs, each.succeeded, each.failed, each.never_ran, each.retried, each.lost_to_spot) for each in streams
    ]
    rows = [
        [each.name, *(f"{count:,}" for count in row), f"{each.vcpu_hours:,.2f}"]
        for each, row in zip(streams, counts, strict=True)
    ]
    if len(streams) > 1:
        sums = [f"{sum(column):,}" for column in zip(*counts, strict=True)]
        rows.append([_TOTAL, *sums, f"{sum(each.vcpu_hours for each in streams):,.2f}"])
    _print_table(console, heads, rows)


def _print_waits(console: Console, report: Report, queues: dict[str, str]) -> None:
    several = len({share.queue for share in report.shares}) > 1
    rows = [[stream.name, *_waits(stream.waits)] for stream in report.streams]
    rows += [
        [f"share {_share(share.share, queues[share.queue], several)}", *_waits(share.waits)] for share in report.shares
    ]
    rows += [[f"queue {queues[queue.name]}", *_waits(queue.waits)] for queue in report.queues]
    _print_table(console, ("Time in queue", *_WAITS), rows)
    rows = [[queues[queue.name], f"{queue.peak_waiting:,}", f"{queue.mean_waiting:,.1f}"] for queue in report.queues]
    _print_table(console, ("Jobs that wait", "most", "mean"), rows)


def _print_shares(console: Console, report: Report, queues: dict[str, str]) -> None:
    several = len({share.queue for share in report.shares}) > 1
    rows = [
        [_share(share.share, queues[share.queue], several), f"{share.vcpu_hours:,.2f}", f"{share.part:.1%}"]
        for share in report.shares
    ]
    _print_table(console, ("Share", "vCPU-hours", "part"), rows)


def _share(name: str, queue: str, several: bool) -> str:
    return f"{name} of {queue}" if several else name


def _print_environments(console: Console, environments: Sequence[EnvironmentReport], names: Sequence[str]) -> None:
    rows = []
    for each, name in zip(environments, names, strict=False):
        most = each.max_vcpus
        part = f"{each.mean_vcpus / most:.0%}" if most else "-"
        figures = [f"{each.peak_vcpus:,.4g}", f"{each.mean_vcpus:,.4g}", part, f"{each.used_vcpu_hours:,.2f}"]
        rows.append([name, "-" if most is None else f"{most:,}", *figures])
    _print_table(console, ("vCPUs used", "limit", "peak", "mean", "of limit", "vCPU-hours"), rows)
    billed = [(each, name) for each, name in zip(environments, names, strict=False) if each.paid_vcpu_hours is not None]
    rows = [_paid(name, [each]) for each, name in billed]
    if len(billed) > 1:
        rows.append(_paid(_TOTAL, [each for each, _ in billed]))
    _print_table(console, ("vCPUs paid", "Hosts", "Reclaimed", "vCPU-hours", "used of paid"), rows)


def _paid(name: str, environments: Sequence[EnvironmentReport]) -> list[str]:
    paid = sum(each.paid_vcpu_hours or 0.0 for each in environments)
    used = sum(each.used_vcpu_hours for each in environments)
    counts = []
    for column in ("hosts", "reclaimed"):
        known = [count for each in environments if (count := getattr(each, column)) is not None]
        counts.append(f"{sum(known):,}" if known else "-")
    return [name, *counts, f"{paid:,.2f}", f"{used / paid:.0%}" if paid else "-"]


def _waits(waits: Waits | None) -> list[str]:
    return ["-"] * len(_WAITS) if waits is None else [duration(getattr(waits, name)) for name in _WAITS]


def _reasons(streams: Sequence[StreamReport]) -> Iterator[str]:
    for stream in streams:
        reasons = list(stream.failures.items())
        for reason, count in reasons[:_FEW_REASONS]:
            yield f"{stream.name}: {count:,} failed: {reason}"
        if len(reasons) > _FEW_REASONS:
            yield f"{stream.name}: {sum(count for _, count in reasons[_FEW_REASONS:]):,} failed for other reasons"
        if stream.why is not None:
            left = stream.jobs - stream.succeeded - stream.failed
            yield f"{stream.name}: {left:,} not ended: {stream.why}"


def _print_lines(console: Console, lines: Sequence[str]) -> None:
    if lines:
        console.print()
    for line in lines:
        console.print(Text(printable(line)))


def _print_table(console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(heads):
        # Names are folded where they are too long, figures never.
        table.add_column(Text(head), overflow="fold", justify="right" if number else "left", no_wrap=bool(number))
    for row in rows:
        table.add_row(*(Text(printable(cell), style="bold" if row[0] == _TOTAL else "") for cell in row))
    console.print()
    console.print(table)
