"""The report of a simulation for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from batchwright.local.simulation import End

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from batchwright.local.simulation import Report
    from batchwright.local.simulation.report import StreamReport, Waits

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_HEADLINES: Final = {
    End.COMPLETE: "All jobs ended after {}.",
    End.STUCK: "Stuck: nothing can happen any more after {}, and jobs are left.",
    End.HORIZON: "Not finished: stopped at the horizon, after {}.",
    End.INTERRUPTED: "Interrupted after {} of simulated time: this is a part of the report.",
}
_FEW_REASONS: Final = 5
_WAITS: Final = ("mean", "p50", "p90", "p99", "max")


def print_report(console: Console, report: Report) -> None:
    """Print a report."""
    seconds = report.makespan_seconds if report.end is End.COMPLETE else report.simulated_seconds
    good = report.end is End.COMPLETE
    console.print(Text(_HEADLINES[report.end].format(duration(seconds)), style="bold" if good else "bold yellow"))
    heads = ("Jobs", "Total", "Succeeded", "Failed", "Never ran", "Retried", "Lost to Spot", "vCPU-hours")
    _print_table(console, heads, [_stream(stream) for stream in report.streams])
    _print_table(
        console,
        ("Time in queue", *_WAITS),
        [
            *([stream.name, *_waits(stream.waits)] for stream in report.streams),
            *([f"queue {queue.name}", *_waits(queue.waits)] for queue in report.queues),
        ],
    )
    _print_table(
        console,
        ("Queue", "Most waiting", "Waiting on average"),
        [[queue.name, f"{queue.peak_waiting:,}", f"{queue.mean_waiting:,.1f}"] for queue in report.queues],
    )
    _print_environments(console, report)
    _print_table(
        console,
        ("Share", "Queue", "vCPU-hours", "Part"),
        [[share.share, share.queue, f"{share.vcpu_hours:,.2f}", f"{share.part:.1%}"] for share in report.shares],
    )
    _print_lines(console, [*_reasons(report.streams), *report.notes])


def duration(seconds: float) -> str:
    """Write seconds as a person says them: `4.2 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`."""
    if seconds < _MINUTE:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def _stream(stream: StreamReport) -> list[str]:
    counts = (
        stream.jobs,
        stream.succeeded,
        stream.failed,
        stream.never_ran,
        stream.retried,
        stream.lost_to_spot,
    )
    return [stream.name, *(f"{count:,}" for count in counts), f"{stream.vcpu_hours:,.2f}"]


def _waits(waits: Waits | None) -> list[str]:
    return ["-"] * len(_WAITS) if waits is None else [duration(getattr(waits, name)) for name in _WAITS]


def _print_environments(console: Console, report: Report) -> None:
    heads = ["Environment", "Max vCPUs", "Peak", "Mean", "vCPU-hours used"]
    cloud = any(each.paid_vcpu_hours is not None for each in report.environments)
    rows = []
    for each in report.environments:
        row = [each.name, "-" if each.max_vcpus is None else f"{each.max_vcpus:,}"]
        row += [f"{each.peak_vcpus:,.4g}", f"{each.mean_vcpus:,.4g}", f"{each.used_vcpu_hours:,.2f}"]
        if cloud:
            paid = each.paid_vcpu_hours
            part = each.used_vcpu_hours / paid if paid else None
            row += ["-" if paid is None else f"{paid:,.2f}", "-" if part is None else f"{part:.0%}"]
            row += ["-" if each.hosts is None else f"{each.hosts:,}"]
            row += ["-" if each.reclaimed is None else f"{each.reclaimed:,}"]
        rows.append(row)
    _print_table(console, [*heads, *(("paid", "used/paid", "Hosts", "Reclaimed") if cloud else ())], rows)


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
        console.print(Text(line))


def _print_table(console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(heads):
        table.add_column(Text(head), overflow="fold", justify="right" if number else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(table)
