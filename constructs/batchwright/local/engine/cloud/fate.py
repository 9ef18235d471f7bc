"""What is drawn by chance in a simulation, from one seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from batchwright.local.engine.cloud.model import CloudModel
    from batchwright.local.engine.environments.environment import ComputeEnvironment

_HOUR: Final = 3_600.0


class Fate:
    """Draws the lives of Spot hosts and tasks, and ids.

    Args:
        cloud: The seed, and how often Spot is taken back.
    """

    def __init__(self, cloud: CloudModel) -> None:
        self._rate = cloud.spot_reclaims_per_host_hour / _HOUR
        self._random = random.Random(cloud.seed)  # noqa: S311 - a simulation, to be repeated

    def life(self, environment: ComputeEnvironment) -> float | None:
        """Return the seconds after which a host or a task of an environment is taken back; None for never."""
        return self._random.expovariate(self._rate) if environment.spot and self._rate else None

    def instance_id(self) -> str:
        """Return the id of a new EC2 instance."""
        return f"i-{self._random.getrandbits(68):017x}"
