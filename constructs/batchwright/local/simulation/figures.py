"""Makes the report of a simulation's accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.local.simulation.assumptions import assumptions
from batchwright.local.simulation.curve import Curve
from batchwright.local.simulation.report import (
    End,
    EnvironmentReport,
    QueueReport,
    Report,
    ShareReport,
    StreamReport,
    Waits,
)
from batchwright.local.simulation.timeline import Timeline, line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from batchwright.local.engine import HostUse
    from batchwright.local.simulation.account import Account
    from batchwright.local.simulation.ledger import Ledger
    from batchwright.local.simulation.submitter import Submitter
    from batchwright.local.simulation.workload import Stream, Workload

_HOUR: Final = 3600.0
_DAY: Final = 24.0
_SLOW_SUBMISSION: Final = 0.5
"""Part of the makespan: when submitting alone takes longer, the report says so."""


class Figures:
    """Sums the accounts up.

    Args:
        workload: What was simulated.
        account: Its resources.
        ledger: What happened to the jobs.
        submitter: What was submitted.
        hosts: What ran; None without a cloud.
        why: Says why jobs of a stream, by its name, have not ended.
        begun: Simulated time of the beginning.
        now: And of the end.
    """

    def __init__(
        self,
        *,
        workload: Workload,
        account: Account,
        ledger: Ledger,
        submitter: Submitter,
        hosts: Sequence[HostUse] | None,
        why: Callable[[str], str | None],
        begun: float,
        now: float,
    ) -> None:
        self._workload = workload
        self._account = account
        self._ledger = ledger
        self._submitter = submitter
        self._hosts = hosts
        self._why = why
        self._begun = begun
        self._now = now
        ledger.finish(now)

    def report(self, end: End) -> Report:
        """Return the report."""
        ledger, account = self._ledger, self._account
        span = ledger.last_end if end is End.COMPLETE else self._now - self._begun
        paid = {name: self._paid(name) for name in account.environments}
        return Report(
            end=end,
            makespan_seconds=ledger.last_end,
            simulated_seconds=self._now - self._begun,
            seed=self._workload.seed,
            assumptions=assumptions(self._workload),
            streams=tuple(self._stream(stream) for stream in self._workload.streams),
            queues=tuple(self._queue(name, span) for name in ledger.depth),
            environments=tuple(self._environment(name, span, paid[name]) for name in account.environments),
            shares=tuple(self._shares()),
            notes=tuple(self._notes(end)),
            timeline=Timeline(
                environments=tuple(
                    line(
                        account.labels[name],
                        ledger.used[name],
                        paid=paid[name],
                        limit=account.max_vcpus(name),
                    )
                    for name in account.environments
                ),
                queues=tuple(line(account.labels[name], curve) for name, curve in ledger.depth.items()),
                seconds=span,
            ),
        )

    def _stream(self, stream: Stream) -> StreamReport:
        account = self._ledger.streams[stream.name]
        jobs = self._workload.submissions_of(stream) * (stream.array or 1)
        return StreamReport(
            name=stream.name,
            queue=self._account.labels[account.queue],
            jobs=jobs,
            submitted=account.submitted,
            succeeded=account.succeeded,
            failed=account.failed,
            never_ran=jobs - account.ran,
            cancelled=account.cancelled,
            attempts=account.attempts,
            retried=account.retried,
            lost_to_spot=account.lost,
            vcpu_hours=account.used / _HOUR,
            waits=Waits.of([account.waits]),
            failures=dict(account.reasons.most_common()),
            why=self._why(stream.name) if account.ended < jobs else None,
        )

    def _queue(self, name: str, span: float) -> QueueReport:
        curve = self._ledger.depth[name]
        return QueueReport(
            name=self._account.labels[name],
            # Those that wait where nothing more happens have not waited for any time yet.
            peak_waiting=round(max(curve.highest, curve.value)),
            mean_waiting=curve.integral / span if span else 0.0,
            waits=Waits.of(each.waits for each in self._ledger.streams.values() if each.queue == name),
        )

    def _environment(self, name: str, span: float, paid: Curve | None) -> EnvironmentReport:
        curve = self._ledger.used[name]
        counted = paid is not None and paid is not curve
        hosts = [host for host in self._hosts or () if host.environment == name] if counted else None
        return EnvironmentReport(
            name=self._account.labels[name],
            max_vcpus=self._account.max_vcpus(name),
            used_vcpu_hours=curve.integral / _HOUR,
            paid_vcpu_hours=None if paid is None else paid.integral / _HOUR,
            peak_vcpus=curve.highest,
            mean_vcpus=curve.integral / span if span else 0.0,
            hosts=None if hosts is None else len(hosts),
            reclaimed=None if hosts is None else sum(host.reclaimed for host in hosts),
        )

    def _paid(self, name: str) -> Curve | None:
        """Return the vCPUs that are paid for in an environment over time; None where that is not known."""
        if self._hosts is None or self._account.unmanaged(name):
            return None
        if self._account.fargate(name):
            return self._ledger.used[name]
        curve = Curve()
        changes = []
        for host in self._hosts or ():
            if host.environment == name:
                end = self._now if host.ended_at is None else host.ended_at
                changes += [(host.asked_at - self._begun, host.vcpus), (end - self._begun, -host.vcpus)]
        for at, change in sorted(changes):
            curve.add(at, change)
        curve.hold(self._now - self._begun)
        return curve

    def _shares(self) -> Iterator[ShareReport]:
        found = self._ledger.shares
        totals: dict[str, float] = {}
        for (queue, _), used in found.items():
            totals[queue] = totals.get(queue, 0.0) + used
        for (queue, share), used in sorted(found.items(), key=lambda entry: -entry[1]):
            yield ShareReport(
                queue=self._account.labels[queue],
                share=share,
                vcpu_hours=used / _HOUR,
                part=used / totals[queue] if totals[queue] else 0.0,
                waits=Waits.of([self._ledger.share_waits[queue, share]]),
            )

    def _notes(self, end: End) -> Iterator[str]:
        yield from self._account.notes
        if self._hosts is None:
            yield 'No "cloud" in the workload: jobs start as soon as there is room, and no host is paid for.'
        if end is End.HORIZON:
            hours = self._workload.horizon / _HOUR
            yield f"Stopped at the horizon of {hours:g} hours ({hours / _DAY:g} days) with jobs left."
        elif end is End.STUCK:
            yield "Stopped because nothing more can happen, with jobs left."
        elif end is End.INTERRUPTED:
            yield "Interrupted: all figures are of what was simulated until then."
        seconds = self._submitter.sending_seconds
        if seconds > max(60.0, self._ledger.last_end * _SLOW_SUBMISSION):
            pace = self._workload.submissions
            yield (
                f"Submitting took {seconds / _HOUR:.2f} hours at {pace:g} requests a second; arrays submit up to "
                "10,000 jobs with one request."
            )
