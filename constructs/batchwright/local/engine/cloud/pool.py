"""The hosts of one compute environment: they boot, are filled, stand idle, end, and are taken back."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from batchwright.local.engine.cloud.growth import Growth
from batchwright.local.engine.cloud.hosts import Berth, Host, Room
from batchwright.local.engine.jobs.states import JobStatus

if TYPE_CHECKING:
    from batchwright.local.engine.cloud.surroundings import Surroundings
    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.jobs.job import Job, JobSpec


def host_terminated(instance_id: str) -> str:
    """Return the status reason of an attempt whose EC2 instance went away."""
    # Source: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html, which retries `Host EC2*`.
    return f"Host EC2 (instance {instance_id}) terminated."


class Pool:
    """The hosts that an environment has. They are `Hosts` to it.

    A job that was placed in the environment gets the first room on a host that runs; else it is promised a part of one
    that boots, or another host is asked for, as `maxvCpus` allows, and it waits RUNNABLE for it. When room comes up
    sooner, jobs with a promise move there, the oldest first. A node has a host of its own.

    Args:
        environment: Whose hosts they are.
        around: Time, chance, and who starts jobs.
    """

    def __init__(self, environment: ComputeEnvironment, around: Surroundings) -> None:
        self._environment = environment
        self._around = around
        self._growth = Growth(environment, around.cloud)
        self._ready = Room()
        self._booting = Room()
        self._size = 0
        # Hosts that run without a job, and their sizes in all.
        self._idle: dict[Host, None] = {}
        self._idle_size = 0
        # Jobs with a berth on a host that boots, in order.
        self._waiting: deque[Job] = deque()

    def could_hold(self, spec: JobSpec) -> bool:
        """Say whether there can be enough hosts for a job when nothing else runs: one is always allowed."""
        return spec.nodes is None or self._growth.allows(spec, 0, [None] * len(spec.sizes))

    def have_room(self, spec: JobSpec) -> bool:
        """Say whether a job has room on the hosts that there are, or on those that may be asked for."""
        if spec.nodes is None:
            amount = self._environment.takes(spec.sizes[0])
            if self._ready.has(amount) or self._booting.has(amount):
                return True
            busy = self._size - self._idle_size
            if busy >= self._environment.capacity:  # As often as not; the size of a host takes longer.
                return False
            return self._growth.within(busy, self._growth.next_size(amount, busy))
        chosen: list[Host | None] = []
        for size in spec.sizes:
            amount = self._environment.takes(size)
            host = self._ready.find_empty(amount, but=chosen) or self._booting.find_empty(amount, but=chosen)
            chosen.append(host)
        idle = sum(host.size for host in self._idle if host not in chosen)
        return self._growth.allows(spec, self._size - idle, chosen)

    def take(self, job: Job) -> None:
        """Give a job its place on hosts, which are asked for where there are none."""
        # Who came first moves up first.
        if not self._berth(job, grow=False):
            self._berth(job, grow=True)
            self._waiting.append(job)

    def release(self, job: Job) -> None:
        """Take a job off its hosts; those that wait for one may move up."""
        berth, job.berth = job.berth, None
        if berth is None:
            return
        freed = False
        for host, amount in berth.parts:
            host.free += amount
            self._note(host)
            host.jobs.pop(job, None)
            if host.ready_at is not None and host.ended_at is None:
                freed = True
                if not host.jobs:
                    self._stand_idle(host, self._environment.scale_down_delay)
        if freed and self._waiting:
            self._move_up()

    def keep_least(self) -> None:
        """Ask for the hosts that `minvCpus` keeps."""
        least = self._environment.least if self._environment.usable else 0
        while self._size < least:
            self._boot(self._growth.kept_size(least - self._size))

    def _berth(self, job: Job, *, grow: bool) -> bool:
        """Give a job parts of hosts: of those that run, or else, when it may `grow`, of any that may be needed."""
        parts: list[tuple[Host, int]] = []
        alone = job.spec.nodes is not None
        for size in job.spec.sizes:
            amount = self._environment.takes(size)
            host = _find(self._ready, amount, alone=alone)
            if host is None and grow:
                host = _find(self._booting, amount, alone=alone) or self._grow(amount, alone=alone)
            if host is None:
                for taken, held in parts:
                    self._give_back(taken, held)
                return False
            held = host.size if alone else amount
            host.free -= held
            self._note(host)
            parts.append((host, held))
        job.berth = Berth(tuple(parts))
        for host, _ in parts:
            host.jobs[job] = None
            if host.idle_timer is not None:
                self._in_use(host)
        return True

    def _grow(self, amount: int, *, alone: bool) -> Host:
        busy = self._size - self._idle_size
        size = self._growth.own_size(amount) if alone else self._growth.next_size(amount, busy)
        # Hosts without a job, which are too small for this one, make way for it.
        for host in tuple(self._idle):
            if self._growth.within(self._size, size):
                break
            if host.free == host.size:
                self._end(host)
        return self._boot(size)

    def _boot(self, size: int) -> Host:
        around = self._around
        host = Host(
            environment=self._environment,
            instance_id=around.fate.instance_id(),
            size=size,
            asked_at=around.clock.now(),
        )
        around.hosts.append(host)
        self._size += size
        self._booting.put(host)
        around.clock.call_later(around.cloud.boot_seconds, partial(self._up, host))
        return host

    def _up(self, host: Host) -> None:
        around = self._around
        with around.lock:
            if around.closed:
                return
            self._booting.drop(host)
            host.ready_at = around.clock.now()
            self._note(host)
            life = around.fate.life(self._environment)
            if life is not None:
                host.reclaim_timer = around.clock.call_later(life, partial(self._reclaim, host))
            # Those that it was asked for, whoever waits before them for another; then those who have room sooner so.
            promised = [job for job in host.jobs if job.berth is not None and job.berth.ready]
            if promised:
                around.start(promised)
            self._move_up()
            if not host.jobs:
                self._stand_idle(host)
            around.wake()

    def _move_up(self) -> None:
        """Start the jobs that have room on hosts that run, in order, as long as the first has."""
        starts = []
        while self._waiting and not self._around.closed:
            job = self._waiting[0]
            promised = job.berth
            if promised is not None and job.status is JobStatus.RUNNABLE:
                if not self._berth(job, grow=False):
                    break
                self._withdraw(job, promised)
                starts.append(job)
            self._waiting.popleft()
        if starts:
            self._around.start(starts)

    def _withdraw(self, job: Job, promised: Berth) -> None:
        """Give up what a job was promised that has found room elsewhere, maybe in part on the same hosts."""
        has = {host for host, _ in job.berth.parts} if job.berth is not None else set()
        for host, amount in promised.parts:
            self._give_back(host, amount)
            if host not in has:
                host.jobs.pop(job, None)

    def _give_back(self, host: Host, amount: int) -> None:
        host.free += amount
        self._note(host)

    def _note(self, host: Host) -> None:
        if host.ended_at is None:
            (self._booting if host.ready_at is None else self._ready).put(host)

    def _stand_idle(self, host: Host, least: float = 0.0) -> None:
        if host not in self._idle:
            self._idle[host] = None
            self._idle_size += host.size
        seconds = max(self._around.cloud.idle_seconds, least)
        host.idle_timer = self._around.clock.call_later(seconds, partial(self._end_idle, host))

    def _in_use(self, host: Host) -> None:
        if host in self._idle:
            del self._idle[host]
            self._idle_size -= host.size
        if host.idle_timer is not None:
            host.idle_timer.cancel()
            host.idle_timer = None

    def _end_idle(self, host: Host) -> None:
        with self._around.lock:
            least = self._environment.least if self._environment.enabled else 0
            if not self._around.closed and host in self._idle and self._size - host.size >= least:
                self._end(host)

    def _reclaim(self, host: Host) -> None:
        with self._around.lock:
            if self._around.closed or host.ended_at is not None:
                return
            host.reclaimed = True
            self._end(host)
            for job in tuple(host.jobs):
                self._around.lose(job, host_terminated(host.instance_id))
            self.keep_least()

    def _end(self, host: Host) -> None:
        self._in_use(host)
        self._ready.drop(host)
        host.ended_at = self._around.clock.now()
        self._size -= host.size
        if host.reclaim_timer is not None:
            host.reclaim_timer.cancel()
        self._around.wake()


def _find(room: Room, amount: int, *, alone: bool) -> Host | None:
    # Source: https://docs.aws.amazon.com/batch/latest/userguide/multi-node-parallel-jobs.html ("single-tenant")
    return room.find_empty(amount) if alone else room.find(amount)
