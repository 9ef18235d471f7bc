"""The hosts that a compute environment has in the cloud: they boot, are filled, stand idle, end, and are taken back."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import OrderedDict
from typing import TYPE_CHECKING

from batchwright.local.engine.cloud.model import HostUse

if TYPE_CHECKING:
    from collections.abc import Collection

    from batchwright.local.engine.clocks.clock import Timer
    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.jobs.job import Job


class Host:
    """One host. Amounts are thousandths of a vCPU.

    Attributes:
        environment: Its compute environment.
        instance_id: Its id.
        size: What it has.
        free: What no job holds or was promised.
        noted: What `Room` knows of that; 0 while it does not have the host.
        jobs: The jobs that hold a part of it, in the order in which they came.
        asked_at: When it was asked for, in seconds since the epoch.
        ready_at: When it was ready; None while it boots.
        ended_at: When it ended.
        reclaimed: Whether it was taken back.
        idle_timer: What ends it when no job comes.
        reclaim_timer: What takes it back.
    """

    __slots__ = (
        "asked_at",
        "ended_at",
        "environment",
        "free",
        "idle_timer",
        "instance_id",
        "jobs",
        "noted",
        "ready_at",
        "reclaim_timer",
        "reclaimed",
        "size",
    )

    def __init__(self, *, environment: ComputeEnvironment, instance_id: str, size: int, asked_at: float) -> None:
        self.environment = environment
        self.instance_id = instance_id
        self.size = size
        self.free = size
        self.noted = 0
        self.jobs: dict[Job, None] = {}
        self.asked_at = asked_at
        self.ready_at: float | None = None
        self.ended_at: float | None = None
        self.reclaimed = False
        self.idle_timer: Timer | None = None
        self.reclaim_timer: Timer | None = None

    @property
    def use(self) -> HostUse:
        """The host as others see it."""
        return HostUse(
            environment=self.environment.name,
            instance_id=self.instance_id,
            vcpus=self.size // 1000,
            asked_at=self.asked_at,
            ready_at=self.ready_at,
            ended_at=self.ended_at,
            reclaimed=self.reclaimed,
        )


class Berth:
    """What one attempt has of hosts: a part of one for a job, and one for each node.

    Attributes:
        parts: Each host with the amount that is held of it; none on Fargate.
        comes_up: True on Fargate until the task has come up.
        timer: What calls when the attempt may start, or is interrupted, on Fargate.
    """

    __slots__ = ("comes_up", "parts", "timer")

    def __init__(self, parts: tuple[tuple[Host, int], ...] = ()) -> None:
        self.parts = parts
        self.comes_up = False
        self.timer: Timer | None = None

    @property
    def ready(self) -> bool:
        """True when the attempt can start."""
        return not self.comes_up and all(host.ready_at is not None for host, _ in self.parts)


class Room:
    """Hosts by what they have free. The fullest host that has enough comes first, so that others can empty."""

    def __init__(self) -> None:
        self._by_free: dict[int, OrderedDict[Host, None]] = {}
        self._amounts: list[int] = []

    def put(self, host: Host) -> None:
        """Note a host, or that what it has free changed."""
        if host.noted:
            self.drop(host)
        if host.free <= 0:
            return
        hosts = self._by_free.get(host.free)
        if hosts is None:
            hosts = self._by_free[host.free] = OrderedDict()
            insort(self._amounts, host.free)
        hosts[host] = None
        host.noted = host.free

    def drop(self, host: Host) -> None:
        """Forget a host."""
        if not host.noted:
            return
        hosts = self._by_free[host.noted]
        del hosts[host]
        if not hosts:
            del self._by_free[host.noted]
            self._amounts.remove(host.noted)
        host.noted = 0

    def has(self, amount: int) -> bool:
        """Say whether a host has so much free."""
        return bool(self._amounts) and self._amounts[-1] >= amount

    def find_empty(self, amount: int, *, but: Collection[Host | None] = ()) -> Host | None:
        """Return the smallest host with so much that no job has a part of, `but` none of these; or None."""
        for free in self._amounts[bisect_left(self._amounts, amount) :]:
            for host in self._by_free[free]:
                if host.free == host.size and host not in but:
                    return host
        return None

    def find(self, amount: int) -> Host | None:
        """Return the fullest host with so much free, of the same the one that was noted first, or None."""
        position = bisect_left(self._amounts, amount)
        if position == len(self._amounts):
            return None
        return next(iter(self._by_free[self._amounts[position]]))
