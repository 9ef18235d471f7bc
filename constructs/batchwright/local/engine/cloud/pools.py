"""Puts placed jobs on simulated hosts, which come and go as they are needed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from batchwright.local.engine.cloud.fargate_tasks import FargateTasks
from batchwright.local.engine.cloud.fate import Fate
from batchwright.local.engine.cloud.hosts import Berth, Host, Pool, host_size
from batchwright.local.engine.jobs.states import JobStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from threading import RLock

    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.cloud.model import CloudModel, HostUse
    from batchwright.local.engine.environments.registry import ComputeEnvironment
    from batchwright.local.engine.jobs.job import Job


def host_terminated(instance_id: str) -> str:
    """Return the status reason of an attempt whose EC2 instance went away."""
    # Source: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html, which retries `Host EC2*`.
    return f"Host EC2 (instance {instance_id}) terminated."


class Pools:
    """The hosts of all environments. The engine's lock is held by whoever calls, but for the clock's calls.

    A job that was placed in an environment, where its vCPUs count from then on, still waits RUNNABLE for a host. It
    gets the first room on a host that runs; else it is promised a part of one that boots, or another host is asked
    for. When room comes up sooner, jobs with a promise move there, the oldest first.

    Args:
        cloud: Times, sizes and how often Spot is taken back.
        clock: Time and deferred work.
        lock: The engine's lock.
        start: Called with jobs that can start now.
        lose: Called with a job whose host went away and the status reason of its attempt.
    """

    def __init__(
        self,
        *,
        cloud: CloudModel,
        clock: Clock,
        lock: RLock,
        start: Callable[[list[Job]], None],
        lose: Callable[[Job, str], None],
    ) -> None:
        self._cloud = cloud
        self._clock = clock
        self._lock = lock
        self._start = start
        self._lose = lose
        self._fate = Fate(cloud)
        self._tasks = FargateTasks(cloud=cloud, fate=self._fate, clock=clock, lock=lock, start=start, lose=lose)
        self._pools: dict[ComputeEnvironment, Pool] = {}
        self._all: list[Host] = []
        self._closed = False

    @property
    def uses(self) -> tuple[HostUse, ...]:
        """All hosts that there were, in the order in which they were asked for."""
        return tuple(host.use for host in self._all)

    def close(self) -> None:
        """Start, end and reclaim nothing any more."""
        self._closed = True
        self._tasks.close()

    def keep_least(self, environments: Iterable[ComputeEnvironment]) -> None:
        """Ask for the hosts that `minvCpus` keeps."""
        for environment in environments:
            if environment.usable and environment.least and _has_hosts(environment):
                pool = self._pool(environment)
                while pool.size < environment.least:
                    wanted = min(self._cloud.host_vcpus * 1000, environment.least - pool.size)
                    self._boot(pool, host_size(environment, 0, wanted))

    def settle(self, placed: list[Job]) -> list[Job]:
        """Find hosts for jobs that were just placed and return those that can start now."""
        return [job for job in placed if self._settle(job)]

    def release(self, job: Job) -> None:
        """Take a job off its hosts; those that wait for one may move up."""
        berth, job.berth = job.berth, None
        if berth is None:
            return
        if berth.timer is not None:
            berth.timer.cancel()
        freed: Pool | None = None
        for host, amount in berth.parts:
            host.free += amount
            host.jobs.pop(job, None)
            pool = freed or self._pool(host.environment)  # All parts are of one environment.
            _note(host, pool)
            if host.ready_at is not None and host.ended_at is None:
                freed = pool
                if not host.jobs:
                    self._idle(host, host.environment.scale_down_delay)
        if freed is not None and freed.waiting:
            self._move_up(freed)

    def _settle(self, job: Job) -> bool:
        environment = job.environment
        if environment is None:
            return False
        if environment.platform == "FARGATE":
            return self._tasks.settle(job, environment)
        if not _has_hosts(environment):
            return True
        pool = self._pool(environment)
        # Who came first moves up first.
        if self._berth(job, pool, grow=False):
            return True
        self._berth(job, pool, grow=True)
        pool.waiting.append(job)
        return False

    def _berth(self, job: Job, pool: Pool, *, grow: bool) -> bool:
        """Give a job parts of hosts: of those that run, or else, when it may `grow`, of any that may be needed."""
        parts: list[tuple[Host, int]] = []
        for size in job.spec.sizes:
            amount = pool.environment.takes(size)
            host = pool.ready.find(amount)
            if host is None and grow:
                host = pool.booting.find(amount) or self._boot_for(amount, pool)
            if host is None:
                for taken, held in parts:
                    taken.free += held
                    _note(taken, pool)
                return False
            host.free -= amount
            _note(host, pool)
            parts.append((host, amount))
        job.berth = Berth(tuple(parts))
        for host, _ in parts:
            host.jobs[job] = None
            if host.idle_timer is not None:
                host.idle_timer.cancel()
                host.idle_timer = None
        return True

    def _boot_for(self, amount: int, pool: Pool) -> Host:
        environment = pool.environment
        wanted = max(amount, min(self._cloud.host_vcpus * 1000, environment.capacity - pool.size))
        return self._boot(pool, host_size(environment, amount, wanted))

    def _boot(self, pool: Pool, size: int) -> Host:
        host = Host(
            environment=pool.environment,
            instance_id=self._fate.instance_id(),
            size=size,
            asked_at=self._clock.now(),
        )
        self._all.append(host)
        pool.size += size
        pool.booting.put(host)
        self._clock.call_later(self._cloud.boot_seconds, partial(self._ready, host, pool))
        return host

    def _ready(self, host: Host, pool: Pool) -> None:
        with self._lock:
            if self._closed:
                return
            pool.booting.drop(host)
            host.ready_at = self._clock.now()
            _note(host, pool)
            life = self._fate.life(host.environment)
            if life is not None:
                host.reclaim_timer = self._clock.call_later(life, partial(self._reclaim, host, pool))
            # Those that it was asked for, whoever waits before them for another; then those who have room sooner so.
            promised = [job for job in host.jobs if job.berth is not None and job.berth.ready]
            if promised:
                self._start(promised)
            self._move_up(pool)
            if not host.jobs:
                self._idle(host)

    def _move_up(self, pool: Pool) -> None:
        """Start the jobs that have room on hosts that run, in order, as long as the first has."""
        starts = []
        while pool.waiting and not self._closed:
            job = pool.waiting[0]
            if job.berth is not None and job.status is JobStatus.RUNNABLE:
                if not self._moved(job, pool):
                    break
                starts.append(job)
            pool.waiting.popleft()
        if starts:
            self._start(starts)

    def _moved(self, job: Job, pool: Pool) -> bool:
        promised = job.berth
        if promised is None or not self._berth(job, pool, grow=False):
            return False
        for host, amount in promised.parts:
            host.free += amount
            host.jobs.pop(job, None)
            _note(host, pool)
        for host, _ in job.berth.parts if job.berth is not None else ():
            host.jobs[job] = None
        return True

    def _idle(self, host: Host, least: float = 0.0) -> None:
        seconds = max(self._cloud.idle_seconds, least)
        host.idle_timer = self._clock.call_later(seconds, partial(self._end_idle, host))

    def _end_idle(self, host: Host) -> None:
        with self._lock:
            pool = self._pool(host.environment)
            least = host.environment.least if host.environment.enabled else 0
            if not self._closed and not host.jobs and host.ended_at is None and pool.size - host.size >= least:
                self._end(host, pool)

    def _reclaim(self, host: Host, pool: Pool) -> None:
        with self._lock:
            if self._closed or host.ended_at is not None:
                return
            host.reclaimed = True
            self._end(host, pool)
            for job in tuple(host.jobs):
                self._lose(job, host_terminated(host.instance_id))
            self.keep_least((host.environment,))

    def _end(self, host: Host, pool: Pool) -> None:
        pool.ready.drop(host)
        host.ended_at = self._clock.now()
        pool.size -= host.size
        for timer in (host.idle_timer, host.reclaim_timer):
            if timer is not None:
                timer.cancel()

    def _pool(self, environment: ComputeEnvironment) -> Pool:
        found = self._pools.get(environment)
        if found is None:
            found = self._pools[environment] = Pool(environment)
        return found


def _note(host: Host, pool: Pool) -> None:
    if host.ended_at is None:
        (pool.booting if host.ready_at is None else pool.ready).put(host)


def _has_hosts(environment: ComputeEnvironment) -> bool:
    """Unmanaged environments have the hosts that their owner runs; Fargate has none."""
    return environment.kind != "" and environment.platform != "FARGATE"
