"""The local AWS Batch."""

from __future__ import annotations

import copy
import threading
from typing import TYPE_CHECKING, Any

from batchwright.local.engine.api.names import Names
from batchwright.local.engine.api.requests import clean_request
from batchwright.local.engine.api.tags import check_tags
from batchwright.local.engine.archive.archive import placed_in
from batchwright.local.engine.clocks.system_clock import SystemClock
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.jobs.describing import current_state, job_detail
from batchwright.local.engine.jobs.events import EventDispatcher
from batchwright.local.engine.jobs.table import JobTable
from batchwright.local.engine.jobs.waiters import Waiters
from batchwright.local.engine.limits import EngineLimits
from batchwright.local.engine.resources import Resources
from batchwright.local.engine.running.lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.archive.archive import Changed
    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.cloud.model import CloudModel, HostUse
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.transition import Transition
    from batchwright.local.engine.runner import Runner


class BatchEngine:
    """AWS Batch for one account in one region: takes the API's requests, runs the jobs, tells of every transition.

    It knows nothing of HTTP, CloudFormation or containers. `handle` speaks the API's JSON; the runner runs attempts;
    the clock gives time. Thread-safe. Nothing blocks on a job but `wait`.

    Args:
        account: Account id in the ARNs.
        region: Region in the ARNs.
        runner: Runs the attempts of jobs.
        emit: Receives the EventBridge event of every transition of every job, parents, children and nodes included, but
            not of the submission; and of every job that blocks its queue. In order and one at a time. The event must
            not be changed. None for no events.
        clock: Time; by default the machine's. A clock that is given is not closed.
        limits: What is refused or bounded; by default AWS's numbers and generous guards.
        cloud: Boot times, Spot and throttling, as a simulation has them; None for jobs that start at once.
        observe: Told of every transition, the submission too, at once and under the engine's lock: it must be quick and
            must not call the engine. Far cheaper than events, for simulations.
        carried_out: Told of each operation and its request once it was carried out, before it is answered and without
            the lock.

    Example:
        engine = BatchEngine(account="123456789012", region="us-east-1", runner=runner, emit=print)
        engine.handle("SubmitJob", {"jobName": "a", "jobQueue": "queue", "jobDefinition": "definition"})
    """

    def __init__(
        self,
        *,
        account: str,
        region: str,
        runner: Runner,
        emit: Callable[[Mapping[str, Any]], None] | None,
        clock: Clock | None = None,
        limits: EngineLimits | None = None,
        cloud: CloudModel | None = None,
        observe: Callable[[Transition], None] | None = None,
        carried_out: Callable[[str, Mapping[str, Any]], None] | None = None,
    ) -> None:
        limits = limits or EngineLimits()
        self._own_clock = clock is None
        self._clock: Clock = clock or SystemClock()
        self._lock = threading.RLock()
        self._jobs = JobTable(limits=limits)
        self._waiters = Waiters(lock=self._lock, jobs=self._jobs)
        self._closed = False
        self._carried_out = carried_out
        names = Names(account=account, region=region)
        self._events = EventDispatcher(emit=emit, clock=self._clock, names=names)
        self._lifecycle = Lifecycle(
            lock=self._lock,
            clock=self._clock,
            runner=runner,
            limits=limits,
            names=names,
            cloud=cloud,
            events=self._events,
            observe=observe,
            finished=self._finished,
        )
        self._resources = Resources(
            names=names,
            limits=limits,
            clock=self._clock,
            cloud=cloud,
            jobs=self._jobs,
            lifecycle=self._lifecycle,
        )
        self._operations = self._resources.operations()

    @property
    def hosts(self) -> tuple[HostUse, ...]:
        """The hosts that there are and were, in the order in which they were asked for; none without a cloud model."""
        with self._lock:
            return self._lifecycle.hosts

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that `handle` knows."""
        return frozenset(self._operations)

    def handle(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one operation of the API.

        Args:
            operation: Its name, such as `SubmitJob`.
            request: Its JSON with the API's own member names (`jobName`).

        Returns:
            The response's JSON, a copy of its own.

        Raises:
            BatchError: The request is refused, the operation is not known, or the engine was closed.
        """
        call = self._operations.get(operation)
        if call is None:
            known = ", ".join(sorted(self._operations))
            raise BatchError(f"{operation}: the local engine does not have this operation. It has {known}.")
        cleaned = clean_request(operation, request)
        check_tags(cleaned.get("tags", {}))
        with self._lock:
            if self._closed:
                raise BatchError("The local AWS Batch engine was closed.", code="ServerException")
            self._jobs.forget(self._clock.now())
            response = call(cleaned)
        if self._carried_out is not None:
            self._carried_out(operation, cleaned)
        # Records are replaced, never changed, so copying them needs no lock.
        return copy.deepcopy(response)

    def wait(self, job_id: str, timeout: float | None = None) -> dict[str, Any] | None:
        """Block until a job is SUCCEEDED or FAILED.

        Args:
            job_id: The job's id.
            timeout: Most seconds to wait; None waits for as long as it takes.

        Returns:
            The job's entry of DescribeJobs, or None when the time is up.

        Raises:
            BatchError: There is no such job.
        """
        job = self._waiters.wait(job_id, timeout)
        return None if job is None else copy.deepcopy(job_detail(job, current_state(job)))

    def archive(self, cut: Callable[[], object] = lambda: None) -> dict[str, Any]:
        """Return all resources and jobs, to be put into another engine by `restore`; also after `close`.

        It has plain values and those of `ARCHIVED`, and may share some with the engine.

        Args:
            cut: Called at the moment that the archive is of, under the engine's lock.
        """
        with self._lock:
            cut()
            return self._resources.archive().take()

    def changes(self, cut: Callable[[], Changed]) -> dict[str, Any]:
        """Return what is to be laid over an archive.

        Args:
            cut: Returns what was changed, under the engine's lock.
        """
        with self._lock:
            return self._resources.archive().changes(cut())

    def restore(self, archive: Mapping[str, Any]) -> None:
        """Put an archive into this engine, which has nothing yet. Jobs begin to run with `go_on`."""
        with self._lock:
            self._resources.archive().put(archive)
            placed = placed_in(archive, self._resources.environments.store)
            self._lifecycle.put_back(list(self._jobs), placed)

    def go_on(self) -> None:
        """Have the jobs of an archive go on. Attempts that ran are judged as those of a host that is gone."""
        with self._lock:
            self._lifecycle.environments_changed(self._resources.environments.store)
            self._lifecycle.go_on(list(self._jobs))

    def mute(self) -> None:
        """Tell of nothing any more: what `close` ends goes on in an engine that has the archive."""
        self._events.mute()

    def close(self) -> None:
        """Stop what runs, fail what waits, deliver the last events, end the threads. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            jobs = list(self._jobs)
        self._lifecycle.close(jobs)
        self._events.close()
        if self._own_clock:
            self._clock.close()

    def _finished(self, job: Job) -> None:
        self._waiters.tell(job)
        self._jobs.ended(job)
