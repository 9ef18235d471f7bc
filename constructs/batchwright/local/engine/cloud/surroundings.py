"""What the hosts of all environments share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import RLock

    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.cloud.fate import Fate
    from batchwright.local.engine.cloud.hosts import Host
    from batchwright.local.engine.cloud.model import CloudModel
    from batchwright.local.engine.jobs.job import Job


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """What pools and Fargate work with.

    Attributes:
        cloud: Times, sizes and how often Spot is taken back.
        fate: Draws what is left to chance.
        clock: Time and deferred work.
        lock: The engine's lock: held by whoever calls a pool, taken in what the clock calls.
        start: Called with jobs that can start now.
        lose: Called with a job whose host went away and the status reason of its attempt.
        wake: Called when there may be room for a job for which there was none.
        hosts: All hosts that there were, in the order in which they were asked for.
        closed: True when nothing is to be started, ended or taken back any more.
    """

    cloud: CloudModel
    fate: Fate
    clock: Clock
    lock: RLock
    start: Callable[[list[Job]], None]
    lose: Callable[[Job, str], None]
    wake: Callable[[], None]
    hosts: list[Host] = field(default_factory=list)
    closed: bool = False
