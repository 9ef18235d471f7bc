"""A job queue and its line of waiting jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.engine.queues.lines import FifoLine
from batchwright.local.engine.queues.share_line import ShareLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.environments.service_environments import ServiceEnvironment
    from batchwright.local.engine.queues.lines import Line
    from batchwright.local.engine.queues.policies import SchedulingPolicy
    from batchwright.local.engine.tasks.container import Platform


class JobQueue:
    """A job queue.

    Attributes:
        name: Its name.
        arn: Its ARN.
        record: As DescribeJobQueues shows it.
        environments: Compute environments in the order in which they are tried; none of a queue for service jobs.
        services: Its service environments, of a queue for service jobs.
        policy: Its scheduling policy; None for first in, first out. Of a kind that stays.
        shares: The line of a queue with a fair-share policy.
        line: The RUNNABLE jobs.
        used: What its placed jobs hold, in thousandths of a vCPU.
    """

    def __init__(
        self,
        *,
        name: str,
        arn: str,
        record: dict[str, Any],
        environments: tuple[ComputeEnvironment, ...],
        services: tuple[ServiceEnvironment, ...],
        policy: SchedulingPolicy | None,
    ) -> None:
        self.name = name
        self.arn = arn
        self.record = record
        self.environments = environments
        self.services = services
        self.policy = policy
        self.used = 0
        self.shares = ShareLine(self) if policy is not None and policy.fair else None
        self.line: Line = self.shares or FifoLine()

    @property
    def priority(self) -> int:
        """Queues with a higher number are served first."""
        return int(self.record["priority"])

    @property
    def enabled(self) -> bool:
        """True when jobs may be submitted. Jobs already in a disabled queue still run, as on AWS."""
        return bool(self.record["state"] == "ENABLED")

    @property
    def platform(self) -> Platform | None:
        """The platform of its environments, which are all of one; None of a queue for service jobs."""
        return self.environments[0].platform if self.environments else None

    def links(self) -> Iterator[ComputeEnvironment | ServiceEnvironment]:
        """Yield the environments of both kinds."""
        yield from self.environments
        yield from self.services
