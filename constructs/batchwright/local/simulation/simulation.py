"""Runs a workload on a simulated clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from batchwright.local.engine import BatchEngine, BatchError, EngineLimits, SimulatedClock
from batchwright.local.simulation.account import Account
from batchwright.local.simulation.figures import Figures
from batchwright.local.simulation.garbage import collected_rarely
from batchwright.local.simulation.ledger import Ledger
from batchwright.local.simulation.report import End
from batchwright.local.simulation.resources import refusal
from batchwright.local.simulation.runner import DurationRunner
from batchwright.local.simulation.submitter import Submitter, submit_request
from batchwright.model.problems import Problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.simulation.report import Report
    from batchwright.local.simulation.workload import Workload

_ACCOUNT: Final = "123456789012"
_REGION: Final = "us-east-1"
_BEGUN: Final = 1_000_000.0
"""Small, so that fractions of a second are exact, and after the epoch."""
_LIMITS: Final = EngineLimits(max_jobs_per_minute=None, max_running=None, keep_finished_jobs=None)
"""No guards of this machine."""
_KEPT_SECONDS: Final = 10.0
_LOOKS: Final = 256
"""Moments of the simulation between two looks at the clock on the wall."""
_NEWS_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a simulation is."""

    simulated_seconds: float
    jobs: int
    ended: int
    waiting: int
    running: int


class Simulation:
    """One run of a workload.

    Args:
        workload: What to run. Its templates are read, and every stream is tried against an engine that runs nothing.

    Raises:
        ConfigurationError: The workload does not fit the templates, or AWS would refuse its requests.
        InputError: A template cannot be read.
    """

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._account = account = Account(workload)
        self._try_out()
        streams = {stream.name: stream for stream in workload.streams}
        self._clock = clock = SimulatedClock(start=_BEGUN)
        self._stopped = False
        self._ledger = Ledger(
            begun=_BEGUN,
            streams={name: target.queue for name, target in account.targets.items()},
            environments=account.environments,
            ended=self._ended,
        )
        runner = DurationRunner(
            clock=clock, streams=streams, number=self._number, seed=workload.seed, lost=self._ledger.lose
        )
        self._engine = BatchEngine(
            account=_ACCOUNT,
            region=_REGION,
            runner=runner,
            emit=None,
            clock=clock,
            limits=replace(_LIMITS, keep_finished_seconds=_kept_seconds(workload)),
            cloud=workload.cloud,
            observe=self._ledger.observe,
        )
        account.make(self._engine.handle)
        self._submitter = Submitter(workload=workload, targets=account.targets, clock=clock, handle=self._engine.handle)

    def stop(self) -> None:
        """Ask a run in progress to stop soon; may be called from a signal handler."""
        self._stopped = True

    def run(self, progress: Callable[[Progress], None] | None = None) -> Report:
        """Run to the end of the last job, or to where nothing more happens, or to the horizon.

        Args:
            progress: Told now and then how far it is.
        """
        self._submitter.begin()
        with collected_rarely():
            end = self._run(progress)
        if end is End.COMPLETE and self._workload.cloud is not None:
            # Hosts without jobs are paid for until they end.
            self._clock.advance(max(self._workload.cloud.idle_seconds, self._account.scale_down_delay))
        hosts = None if self._workload.cloud is None else self._engine.hosts
        figures = Figures(
            workload=self._workload,
            account=self._account,
            ledger=self._ledger,
            submitter=self._submitter,
            hosts=hosts,
            why=self._why,
            begun=_BEGUN,
            now=self._clock.now(),
        )
        return figures.report(end)

    def _run(self, progress: Callable[[Progress], None] | None) -> End:
        clock, submitter = self._clock, self._submitter
        horizon = _BEGUN + self._workload.horizon
        moments, told = 0, time.monotonic()
        while not submitter.all_ended:
            if not clock.advance_to_next(horizon):
                if clock.next_due() is None:
                    return End.STUCK
                clock.advance_to(horizon)
                return End.HORIZON
            moments += 1
            if moments % _LOOKS == 0:
                if self._stopped:
                    return End.INTERRUPTED
                if progress is not None and time.monotonic() - told > _NEWS_SECONDS:
                    told = time.monotonic()
                    progress(self._progress())
        return End.COMPLETE

    def _progress(self) -> Progress:
        return Progress(
            simulated_seconds=self._clock.now() - _BEGUN,
            jobs=self._workload.jobs,
            ended=sum(account.ended for account in self._ledger.streams.values()),
            waiting=self._ledger.waiting,
            running=self._ledger.running,
        )

    def _ended(self, name: str, job_id: str, failed: bool) -> None:
        self._submitter.ended(name, job_id, failed=failed)

    @staticmethod
    def _nothing(_name: str) -> None:
        """Hear of nothing: where streams are only tried, no attempt runs."""

    def _number(self, job_id: str) -> int:
        return self._submitter.number(job_id)

    def _why(self, name: str) -> str | None:
        """Say why jobs of a stream have not ended."""
        if failed := self._submitter.failed_before(name):
            return f"not submitted: jobs of {', '.join(failed)} failed"
        if held := self._submitter.held_by(name):
            return f"not submitted: waits for the end of {', '.join(held)}"
        account = self._ledger.streams[name]
        waiting = next(iter(account.waiting), None)
        if waiting is not None:
            job: dict[str, str] = self._engine.handle("DescribeJobs", {"jobs": [waiting]})["jobs"][0]
            return job.get("statusReason") or "waits for room in the compute environments"
        if account.submitted == account.ended:
            return "not all submitted when the simulation stopped"
        return "still running, or waits for jobs that do"

    def _try_out(self) -> None:
        """Submit one job of each stream where nothing runs, so that all refusals are known before anything starts."""
        clock = SimulatedClock(start=_BEGUN)
        engine = BatchEngine(
            account=_ACCOUNT,
            region=_REGION,
            runner=DurationRunner(clock=clock, streams={}, number=lambda _: 0, seed=0, lost=self._nothing),
            emit=None,
            clock=clock,
            limits=_LIMITS,
        )
        self._account.make(engine.handle)
        problems = Problems("Workload")
        for number, stream in enumerate(self._workload.streams):
            try:
                engine.handle("SubmitJob", submit_request(stream, self._account.targets[stream.name]))
            except BatchError as error:
                fix = "Change the stream, or what it names in the template."
                field, allowed = f"jobs[{number}]", f"what SubmitJob takes: {refusal(error)}"
                problems.check(False, field=field, value=stream.name, allowed=allowed, fix=fix)
        problems.raise_if_any()


def _kept_seconds(workload: Workload) -> float:
    """Return how long a job that ended must be known: the accounts need none, but one that depends on it may come.

    That is submitted after at most one submission of each stream.
    """
    return _KEPT_SECONDS + len(workload.streams) / workload.submissions


def simulate(workload: Workload, *, progress: Callable[[Progress], None] | None = None) -> Report:
    """Run a workload and return what came of it.

    Args:
        workload: What to run.
        progress: Told now and then how far it is.

    Raises:
        ConfigurationError: The workload does not fit the templates, or AWS would refuse its requests.
        InputError: A template cannot be read.
    """
    return Simulation(workload).run(progress)
