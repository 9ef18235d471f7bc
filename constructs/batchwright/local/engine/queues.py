"""Job queues: records and their rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.names import Names, check_name
from batchwright.local.engine.paging import page
from batchwright.local.engine.records import RecordStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.container import Platform
    from batchwright.local.engine.environments import ComputeEnvironment
    from batchwright.local.engine.policies import SchedulingPolicy

_MAX_ENVIRONMENTS: Final = 3
_MAX_PRIORITY: Final = 1_000


@dataclass(slots=True, kw_only=True)
class JobQueue:
    """A job queue.

    Attributes:
        name: Its name.
        arn: Its ARN.
        record: As DescribeJobQueues shows it.
        environments: Compute environments in the order in which they are tried.
    """

    name: str
    arn: str
    record: dict[str, Any]
    environments: tuple[ComputeEnvironment, ...]

    @property
    def priority(self) -> int:
        """Queues with a higher number are served first."""
        return int(self.record["priority"])

    @property
    def enabled(self) -> bool:
        """True when jobs may be submitted. Jobs already in a disabled queue still run, as on AWS."""
        return bool(self.record["state"] == "ENABLED")

    @property
    def platform(self) -> Platform:
        """The platform of its environments, which are all of one."""
        return self.environments[0].platform


class JobQueues:
    """The operations on job queues.

    `jobStateTimeLimitActions` are kept and described; the local engine does not act on them.

    Args:
        names: Forms the ARNs.
        environments: Where a queue's environments are looked up.
        policies: Where its scheduling policy is looked up.
        changed: Called when capacity may have been added.
        drain: Ends the jobs of a queue that is deleted.
    """

    def __init__(
        self,
        *,
        names: Names,
        environments: RecordStore[ComputeEnvironment],
        policies: RecordStore[SchedulingPolicy],
        changed: Callable[[], None],
        drain: Callable[[JobQueue], None],
    ) -> None:
        self._names = names
        self._environments = environments
        self._policies = policies
        self._changed = changed
        self._drain = drain
        self.store: RecordStore[JobQueue] = RecordStore(label="JobQueue")

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """CreateJobQueue."""
        name = check_name("jobQueueName", request["jobQueueName"])
        if request.get("serviceEnvironmentOrder"):
            raise BatchError("serviceEnvironmentOrder: the local engine does not run service jobs yet.")
        environments = self._ordered(request.get("computeEnvironmentOrder", []))
        arn = self._names.arn("job-queue", name)
        record = {
            "tags": {},
            "computeEnvironmentOrder": [],
            **self._checked(request),
            "jobQueueArn": arn,
            "state": str(request.get("state", "ENABLED")).upper(),
            "status": "VALID",
            "statusReason": "JobQueue Healthy",
        }
        self.store.add(JobQueue(name=name, arn=arn, record=record, environments=environments))
        for environment in environments:
            environment.queues.add(arn)
        return {"jobQueueName": name, "jobQueueArn": arn}

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateJobQueue."""
        queue = self.store.get(request["jobQueue"])
        changes = self._checked({k: v for k, v in request.items() if k != "jobQueue"})
        if "state" in changes:
            changes["state"] = str(changes["state"]).upper()
        if "computeEnvironmentOrder" in changes:
            environments = self._ordered(changes["computeEnvironmentOrder"])
            for old in queue.environments:
                old.queues.discard(queue.arn)
            for new in environments:
                new.queues.add(queue.arn)
            queue.environments = environments
        queue.record = {**queue.record, **changes}
        self._changed()
        return {"jobQueueName": queue.name, "jobQueueArn": queue.arn}

    def delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DeleteJobQueue. Its jobs that have not ended are terminated."""
        queue = self.store.get(request["jobQueue"])
        if queue.enabled:
            raise BatchError(f"Cannot delete, JobQueue {queue.name} must be DISABLED first.")
        self.store.remove(queue)
        for environment in queue.environments:
            environment.queues.discard(queue.arn)
        self._drain(queue)
        return {}

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DescribeJobQueues. Names that do not exist are left out, as AWS does."""
        found, rest = page(self.store.chosen(request.get("jobQueues")), request)
        return {"jobQueues": [queue.record for queue in found], **rest}

    def _checked(self, request: Mapping[str, Any]) -> dict[str, Any]:
        priority = request.get("priority", 0)
        if not 0 <= priority <= _MAX_PRIORITY:
            raise BatchError(f"priority must be between 0 and {_MAX_PRIORITY}, but is {priority}.")
        policy = request.get("schedulingPolicyArn")
        if policy and self._policies.find(policy) is None:
            raise BatchError(f"SchedulingPolicy {policy} not found.")
        return dict(request)

    def _ordered(self, order: list[dict[str, Any]]) -> tuple[ComputeEnvironment, ...]:
        if not 1 <= len(order) <= _MAX_ENVIRONMENTS:
            raise BatchError(
                f"computeEnvironmentOrder must name 1 to {_MAX_ENVIRONMENTS} environments, not {len(order)}."
            )
        if len({entry["order"] for entry in order}) < len(order):
            raise BatchError("computeEnvironmentOrder: each environment must have its own order number.")
        found = [self._environments.get(e["computeEnvironment"]) for e in sorted(order, key=lambda e: int(e["order"]))]
        if len({environment.arn for environment in found}) < len(found):
            raise BatchError("computeEnvironmentOrder must name each compute environment once.")
        if len({environment.fargate for environment in found}) > 1:
            raise BatchError("computeEnvironmentOrder: EC2 and Fargate compute environments can't be mixed in a queue.")
        return tuple(found)
