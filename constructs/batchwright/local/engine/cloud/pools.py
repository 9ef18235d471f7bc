"""The hosts of all compute environments of a simulated cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.local.engine.cloud.fargate_tasks import FargateTasks
from batchwright.local.engine.cloud.fate import Fate
from batchwright.local.engine.cloud.pool import Pool
from batchwright.local.engine.cloud.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from threading import RLock

    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.cloud.model import CloudModel, HostUse
    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.jobs.job import Job


class Pools:
    """Gives environments their hosts. The engine's lock is held by whoever calls.

    Args:
        cloud: Times, sizes and how often Spot is taken back.
        clock: Time and deferred work.
        lock: The engine's lock.
        start: Called with jobs that can start now.
        lose: Called with a job whose host went away and the status reason of its attempt.
        wake: Called when there may be room for a job for which there was none.
    """

    def __init__(
        self,
        *,
        cloud: CloudModel,
        clock: Clock,
        lock: RLock,
        start: Callable[[list[Job]], None],
        lose: Callable[[Job, str], None],
        wake: Callable[[], None],
    ) -> None:
        self._around = Surroundings(
            cloud=cloud, fate=Fate(cloud), clock=clock, lock=lock, start=start, lose=lose, wake=wake
        )

    @property
    def uses(self) -> tuple[HostUse, ...]:
        """All hosts that there were, in the order in which they were asked for."""
        return tuple(host.use for host in self._around.hosts)

    def close(self) -> None:
        """Start, end and reclaim nothing any more."""
        self._around.closed = True

    def follow(self, environments: Iterable[ComputeEnvironment]) -> None:
        """Give new environments their hosts, and all the ones that `minvCpus` keeps.

        Unmanaged environments have the hosts that their owner runs.
        """
        for environment in environments:
            if environment.platform == "FARGATE":
                environment.hosts = environment.hosts or FargateTasks(environment, self._around)
            elif environment.kind:
                pool = environment.hosts if isinstance(environment.hosts, Pool) else Pool(environment, self._around)
                environment.hosts = pool
                pool.keep_least()
