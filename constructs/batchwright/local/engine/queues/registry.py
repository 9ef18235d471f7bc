"""Job queues: records and their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.names import Names, check_name
from batchwright.local.engine.api.paging import page
from batchwright.local.engine.api.records import RecordStore
from batchwright.local.engine.api.rules import refuse
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.queues.job_queue import JobQueue
from batchwright.local.engine.queues.stuck import CAPACITY, JOB_REQUIREMENT, MAX_RESOURCE
from batchwright.model.problems import Problem
from batchwright.model.queues import priority_problems, service_queue_problems
from batchwright.model.quota_shares import service_unit_problems
from batchwright.model.time_limits import time_limit_action_problems, time_limit_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.environments.service_environments import ServiceEnvironment
    from batchwright.local.engine.queues.policies import SchedulingPolicy

_MAX_ENVIRONMENTS: Final = 3
# Source: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html; the others are of service jobs.
_LIMITED: Final = (
    CAPACITY,
    MAX_RESOURCE,
    JOB_REQUIREMENT,
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
)


class JobQueues:
    """The operations on job queues.

    Args:
        names: Forms the ARNs.
        environments: Where a queue's environments are looked up.
        services: Where its service environments are looked up.
        policies: Where its scheduling policy is looked up.
        changed: Called when capacity may have been added.
        drain: Ends the jobs of a queue that is deleted.
        check_deletable: Raises BatchError for a queue that something still needs.
    """

    def __init__(
        self,
        *,
        names: Names,
        environments: RecordStore[ComputeEnvironment],
        services: RecordStore[ServiceEnvironment],
        policies: RecordStore[SchedulingPolicy],
        changed: Callable[[], None],
        drain: Callable[[JobQueue], None],
        check_deletable: Callable[[JobQueue], None],
    ) -> None:
        self._names = names
        self._environments = environments
        self._services = services
        self._policies = policies
        self._changed = changed
        self._drain = drain
        self._check_deletable = check_deletable
        self.store: RecordStore[JobQueue] = RecordStore(label="JobQueue")

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """CreateJobQueue."""
        name = check_name("jobQueueName", request["jobQueueName"])
        policy = self._policy(request.get("schedulingPolicyArn"))
        environments, services = self._linked(request)
        _check(request, service=bool(services))
        _check_services(services, policy)
        arn = self._names.arn("job-queue", name)
        record = {
            "tags": {},
            "computeEnvironmentOrder": [],
            **request,
            "jobQueueArn": arn,
            "state": str(request.get("state", "ENABLED")).upper(),
            "status": "VALID",
            "statusReason": "JobQueue Healthy",
        }
        made = JobQueue(name=name, arn=arn, record=record, environments=environments, services=services, policy=policy)
        self.store.add(made)
        for linked in made.links():
            linked.queues.add(arn)
        return {"jobQueueName": name, "jobQueueArn": arn}

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateJobQueue. A policy can be replaced by one of its kind, but not added or taken away."""
        queue = self.store.get(request["jobQueue"])
        changes = {member: value for member, value in request.items() if member != "jobQueue"}
        service = bool(queue.services)
        _check(changes, service=service)
        policy = self._policy(changes["schedulingPolicyArn"]) if "schedulingPolicyArn" in changes else queue.policy
        _check_policy_change(queue, policy)
        if "state" in changes:
            changes["state"] = str(changes["state"]).upper()
        order = "serviceEnvironmentOrder" if service else "computeEnvironmentOrder"
        if {"serviceEnvironmentOrder", "computeEnvironmentOrder"} & changes.keys() - {order}:
            raise BatchError(f"JobQueue {queue.name} keeps its kind of environments: change {order}.")
        if order in changes:
            environments, services = self._linked(changes)
            _check_services(services, policy)
            for old in queue.links():
                old.queues.discard(queue.arn)
            queue.environments, queue.services = environments, services
            for new in queue.links():
                new.queues.add(queue.arn)
        queue.policy = policy
        queue.record = {**queue.record, **changes}
        self._changed()
        return {"jobQueueName": queue.name, "jobQueueArn": queue.arn}

    def delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DeleteJobQueue. Its jobs that have not ended are terminated."""
        queue = self.store.get(request["jobQueue"])
        if queue.enabled:
            raise BatchError(f"Cannot delete, JobQueue {queue.name} must be DISABLED first.")
        self._check_deletable(queue)
        self.store.remove(queue)
        for linked in queue.links():
            linked.queues.discard(queue.arn)
        self._drain(queue)
        return {}

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DescribeJobQueues. Names that do not exist are left out, as AWS does."""
        found, rest = page(self.store.chosen(request.get("jobQueues")), request)
        return {"jobQueues": [queue.record for queue in found], **rest}

    def _policy(self, arn: str | None) -> SchedulingPolicy | None:
        if not arn:
            return None
        policy = self._policies.find(arn)
        if policy is None:
            raise BatchError(f"SchedulingPolicy {arn} not found.")
        return policy

    def _linked(
        self, request: Mapping[str, Any]
    ) -> tuple[tuple[ComputeEnvironment, ...], tuple[ServiceEnvironment, ...]]:
        order = request.get("serviceEnvironmentOrder", ())
        problems = service_queue_problems(
            services=len(order),
            environments=bool(request.get("computeEnvironmentOrder")),
            queue_type=str(request.get("jobQueueType", "")).upper() or None,
        )
        refuse("CreateJobQueue", problems)
        if not order:
            return self._ordered(request.get("computeEnvironmentOrder", [])), ()
        return (), tuple(self._services.get(entry["serviceEnvironment"]) for entry in order)

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
        platforms = sorted({environment.platform for environment in found})
        if len(platforms) > 1:
            raise BatchError(
                f"computeEnvironmentOrder: {' and '.join(map(_word, platforms))} compute environments can't be mixed "
                "in a queue."
            )
        return tuple(found)


def _word(platform: str) -> str:
    return {"FARGATE": "Fargate", "MANAGED_INSTANCES": "Managed Instances"}.get(platform, platform)


def _check(request: Mapping[str, Any], *, service: bool) -> None:
    problems = [*priority_problems(request.get("priority", 0))]
    for action in request.get("jobStateTimeLimitActions", ()):
        reason = str(action["reason"])
        misconfigured = reason.startswith("MISCONFIGURATION")
        problems += [
            *time_limit_problems(action["maxTimeSeconds"], field="max_time_seconds", misconfigured=misconfigured),
            *time_limit_action_problems(
                action=str(action["action"]).upper(), state=str(action["state"]).upper(), service=service
            ),
        ]
        if not reason.startswith(_LIMITED):
            allowed = f"one of {', '.join(_LIMITED)}"
            problems.append(Problem("reason", reason, allowed, "Use AWS's words."))
    refuse("JobQueue", problems)


def _check_policy_change(queue: JobQueue, policy: SchedulingPolicy | None) -> None:
    if policy is queue.policy:
        return
    if policy is None:
        raise BatchError(f"schedulingPolicyArn of JobQueue {queue.name} can be replaced but not removed.")
    if queue.policy is None:
        raise BatchError(f"JobQueue {queue.name} is a FIFO job queue and can't have a scheduling policy added.")
    if policy.fair is not queue.policy.fair:
        raise BatchError(f"JobQueue {queue.name} keeps the kind of its scheduling policy.")


def _check_services(services: tuple[ServiceEnvironment, ...], policy: SchedulingPolicy | None) -> None:
    quota = policy is not None and not policy.fair
    if quota and not services:
        raise BatchError("A scheduling policy of quota shares needs a service environment.")
    for service in services:
        refuse("serviceEnvironmentOrder", service_unit_problems(service.units, quota_shares=quota))
