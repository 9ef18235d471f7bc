"""BW208: a queue has at most 20 quota shares, and its service environment to itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import Reference, fields, items
from batchwright.checks.views.settings import is_set
from batchwright.model.quota_shares import quota_queue_count_problems, quota_share_count_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Queue, System
    from batchwright.checks.templates import Resource


def _check(system: System) -> Iterator[Violation]:
    shares = Counter(
        _target(share.get("JobQueue")) for share in system.of_type("AWS::Batch::QuotaShare") if not share.conditional
    )
    for queue in system.queues:
        for problem in quota_share_count_problems(shares[queue.resource]):
            yield Violation(resource=queue.resource, path="", problem=problem)
    for queues in _queues_by_service(system).values():
        for problem in quota_queue_count_problems(len(queues)):
            yield Violation(resource=queues[-1].resource, path="ServiceEnvironmentOrder", problem=problem)


def _queues_by_service(system: System) -> dict[Resource, list[Queue]]:
    """Queues with quota shares, by their service environment in the application."""
    found: dict[Resource, list[Queue]] = {}
    for queue in system.queues:
        if queue.policy is None or queue.resource.conditional or not is_set(queue.policy.get("QuotaSharePolicy")):
            continue
        entries = items(queue.resource.get("ServiceEnvironmentOrder"))
        services = {_target(fields(entry).get("ServiceEnvironment")) for entry in entries}
        for service in filter(None, services):
            found.setdefault(service, []).append(queue)
    return found


def _target(value: object) -> Resource | None:
    return value.resource if isinstance(value, Reference) else None


RULE: Final = Rule(
    id="BW208",
    severity=Severity.ERROR,
    title="A queue has at most 20 quota shares, and its service environment to itself",
    what=(
        "Quota shares that refer to a queue of the application are counted, and queues with a quota policy that refer"
        " to a service environment of it. Silent on what is conditional, and on names instead of references."
    ),
    why="AWS refuses the quota share, or the queue, when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html",
    check=_check,
)
