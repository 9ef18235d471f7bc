"""The figures of a report in the words of its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from batchwright.local.simulation.report import EnvironmentReport, QueueReport, Report

_UNITS: Final = ((86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))
_MANY: Final = 3.0


def headline(report: Report) -> str:
    """Say what came of it in one line."""
    jobs = sum(stream.jobs for stream in report.streams)
    failed = sum(stream.failed for stream in report.streams)
    left = sum(stream.jobs - stream.succeeded - stream.failed for stream in report.streams)
    parts = [f"{jobs:,} jobs", f"makespan {span(report.makespan_seconds)}"]
    parts += [f"{failed:,} failed"] if failed else []
    parts += [f"{left:,} not ended ({report.end})"] if left else []
    return ", ".join(parts)


def environment_words(environment: EnvironmentReport) -> str:
    """Return the figures of an environment."""
    words = f"peak {environment.peak_vcpus:,.4g}, mean {environment.mean_vcpus:,.4g} vCPUs"
    words += f"; {environment.used_vcpu_hours:,.2f} vCPU-hours used"
    paid = environment.paid_vcpu_hours
    return words if paid is None else f"{words}, {paid:,.2f} paid"


def queue_words(queue: QueueReport) -> str:
    """Return the figures of a queue."""
    words = f"most {queue.peak_waiting:,}, mean {queue.mean_waiting:,.4g} waiting jobs"
    if queue.waits is None:
        return words
    return f"{words}; waited p50 {span(queue.waits.p50)}, p99 {span(queue.waits.p99)}"


def span(seconds: float) -> str:
    """Write seconds in the unit that suits them."""
    size, unit = unit_of(seconds)
    return f"{seconds / size:,.4g} {unit}"


def unit_of(seconds: float) -> tuple[float, str]:
    """Return the largest unit of which there are some, in seconds, and its sign."""
    return next((each for each in _UNITS if seconds >= _MANY * each[0]), _UNITS[-1])
