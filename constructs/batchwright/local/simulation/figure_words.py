"""The figures of a report in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.local.simulation.report import End

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.local.simulation.report import EnvironmentReport, QueueReport, Report

_UNITS: Final = ((86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))
_MANY: Final = 3.0
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_HEADLINES: Final = {
    End.COMPLETE: "All {jobs} ended after {time}",
    End.STUCK: "Stuck: nothing more can happen after {time}, with {left} of {jobs} left",
    End.HORIZON: "Not finished: stopped at the horizon, after {time}, with {left} of {jobs} left",
    End.INTERRUPTED: "Interrupted after {time} of simulated time, with {left} of {jobs} left: a part of the report",
}


def headline(report: Report) -> str:
    """Say what came of it in one sentence."""
    jobs = sum(stream.jobs for stream in report.streams)
    failed = sum(stream.failed for stream in report.streams)
    left = sum(stream.jobs - stream.succeeded - stream.failed for stream in report.streams)
    seconds = report.makespan_seconds if report.end is End.COMPLETE else report.simulated_seconds
    many = f"{jobs:,} jobs" if jobs > 1 else f"{jobs} job"
    said = _HEADLINES[report.end].format(jobs=many, time=duration(seconds), left=f"{left:,}")
    return f"{said}; {failed:,} failed." if failed else f"{said}."


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
    return f"{words}; waited p50 {duration(queue.waits.p50)}, p95 {duration(queue.waits.p95)}"


def assumed(report: Report) -> str:
    """Say what the figures hang on."""
    given = report.assumptions
    parts = [f"Seed {report.seed}"]
    paid = [each for each in report.environments if each.paid_vcpu_hours is not None]
    if any(each.hosts is not None for each in paid):
        boot, idle = duration(given["boot_seconds"] or 0.0), duration(given["idle_seconds"] or 0.0)
        parts.append(f"hosts boot in {boot} and end after {idle} without a job, or later where the template says so")
        parts.append(f"{given['host_vcpus']:g} vCPUs a host where the template leaves it open")
    if any(each.hosts is None for each in paid):
        parts.append(f"Fargate tasks start in {duration(given['task_seconds'] or 0.0)}")
    if paid:
        rate = given["spot_reclaims_per_host_hour"]
        parts.append(f"Spot is taken back {rate:g} times per host and hour" if rate else "Spot is never taken back")
    parts.append(f"{given['submissions_per_second']:,g} SubmitJob calls a second")
    return "; ".join(parts) + "."


def duration(seconds: float) -> str:
    """Write seconds as a person says them: `4.2 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`."""
    if round(seconds, 1) < _MINUTE:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def short_names(names: Sequence[str]) -> list[str]:
    """Leave out of construct paths what all of them begin with; the last part of each stays."""
    paths = [name.split("/") for name in names]
    most = min((len(path) - 1 for path in paths), default=0)
    common = next((n for n in range(most) if len({path[n] for path in paths}) > 1), most)
    return ["/".join(path[common:]) for path in paths]


def unit_of(seconds: float) -> tuple[float, str]:
    """Return the largest unit of which there are some, in seconds, and its sign."""
    return next((each for each in _UNITS if seconds >= _MANY * each[0]), _UNITS[-1])
