"""The hosts that a compute environment has in the cloud: they boot, are filled, stand idle, end, and are taken back."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from batchwright.local.engine.cloud.model import HostUse

if TYPE_CHECKING:
    from batchwright.local.engine.clocks.clock import Timer
    from batchwright.local.engine.environments.registry import ComputeEnvironment
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
    """What one attempt has of hosts: a part of one for a job, and of one for each node.

    Attributes:
        parts: Each host with the amount that is held of it.
        timer: What calls when the attempt may start, or is interrupted, on Fargate.
    """

    __slots__ = ("parts", "timer")

    def __init__(self, parts: tuple[tuple[Host, int], ...] = ()) -> None:
        self.parts = parts
        self.timer: Timer | None = None

    @property
    def ready(self) -> bool:
        """True when all of its hosts are."""
        return all(host.ready_at is not None for host, _ in self.parts)


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

    def find(self, amount: int) -> Host | None:
        """Return the fullest host with so much free, of the same the one that was noted first, or None."""
        position = bisect_left(self._amounts, amount)
        if position == len(self._amounts):
            return None
        return next(iter(self._by_free[self._amounts[position]]))


class Pool:
    """The hosts of one environment."""

    def __init__(self, environment: ComputeEnvironment) -> None:
        self.environment = environment
        self.ready = Room()
        self.booting = Room()
        self.size = 0
        # Jobs with a berth on a host that boots, in order.
        self.waiting: deque[Job] = deque()


def host_size(environment: ComputeEnvironment, least: int, wanted: int) -> int:
    """Return how large a host for a job is to be: of those up to what is wanted the one that such jobs fill best.

    Of equal ones that is the largest, and where all are larger than wanted the smallest that is large enough.

    Args:
        environment: Where the host is to be; its instance types may leave all sizes open.
        least: What the job takes; 0 for no job.
        wanted: The size to come near to.
    """
    if environment.instance_types is None:
        filled = wanted // least * least if least else wanted
        return -(-filled // 1000) * 1000
    sizes = sorted({each.vcpus * 1000 for each in environment.instance_types})
    enough = [size for size in sizes if size >= least]
    below = [size for size in enough if size <= wanted]
    if not below:
        return enough[0] if enough else sizes[-1]
    return max(below, key=lambda size: (size // least * least / size if least else 1.0, size))
