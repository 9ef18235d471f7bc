"""Which hosts may come to an environment, and how large they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.local.engine.cloud.hosts import Host
    from batchwright.local.engine.cloud.model import CloudModel
    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.jobs.job import JobSpec


class Growth:
    """What an environment and its cloud say of the next host. Sizes are thousandths of a vCPU.

    Args:
        environment: Says how much there may be, and of what sizes.
        cloud: Says which size to come near to.
    """

    def __init__(self, environment: ComputeEnvironment, cloud: CloudModel) -> None:
        self._environment = environment
        self._usual = cloud.host_vcpus * 1000

    def within(self, size: int, more: int) -> bool:
        """Say whether a host with so `more` may come to hosts of this `size` in all.

        AWS may exceed `maxvCpus` by one instance, but with BEST_FIT on demand.
        Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
        """
        most = self._environment.capacity
        return not size or size + more <= most or (self._environment.may_exceed and size < most)

    def allows(self, spec: JobSpec, size: int, chosen: Sequence[Host | None]) -> bool:
        """Say whether a host may come for each node that has none, where there are hosts of this `size` in all."""
        for needed, host in zip(spec.sizes, chosen, strict=True):
            if host is None:
                more = self.own_size(self._environment.takes(needed))
                if not self.within(size, more):
                    return False
                size += more
        return True

    def next_size(self, amount: int, size: int) -> int:
        """Return the size of a host for a job that takes so much, where there are hosts of this `size` in all."""
        return host_size(self._environment, amount, max(amount, min(self._usual, self._environment.capacity - size)))

    def own_size(self, amount: int) -> int:
        """Return the size of a host that nobody shares: the smallest."""
        return host_size(self._environment, amount, amount)

    def kept_size(self, lacking: int) -> int:
        """Return the size of a host where so much is lacking of `minvCpus`."""
        return host_size(self._environment, 0, min(self._usual, lacking))


def host_size(environment: ComputeEnvironment, least: int, wanted: int) -> int:
    """Return how large a host for a job is to be: of those up to what is wanted the one that such jobs fill best.

    Of equal ones that is the largest, and where all are larger than wanted the smallest that is large enough.

    Args:
        environment: Where the host is to be; its instance types may leave all sizes open.
        least: What the job takes; 0 for no job.
        wanted: The size to come near to.
    """
    sizes = environment.host_sizes
    if not sizes:
        filled = wanted // least * least if least else wanted
        return -(-filled // 1000) * 1000
    enough = [size for size in sizes if size >= least]
    below = [size for size in enough if size <= wanted]
    if not below:
        return enough[0] if enough else sizes[-1]
    return max(below, key=lambda size: (size // least * least / size if least else 1.0, size))
