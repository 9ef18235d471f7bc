"""BW209: names of queues, policies and quota shares are ones that AWS takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


_TYPES: Final = {
    "AWS::Batch::JobQueue": ("JobQueueName", "job_queue_name"),
    "AWS::Batch::SchedulingPolicy": ("Name", "scheduling_policy_name"),
    "AWS::Batch::QuotaShare": ("QuotaShareName", "quota_share_name"),
}


def _check(system: System) -> Iterator[Violation]:
    for resource_type, (path, field) in _TYPES.items():
        yield from named(system, resource_type, path, field=field)


RULE: Final = Rule(
    id="BW209",
    severity=Severity.ERROR,
    title="Names of queues have at most 128 letters, digits, - and _",
    what=(
        "Names of job queues, scheduling policies and quota shares. Silent on names that are open or left out, and on"
        " consumable resources, for whose names AWS publishes no rule."
    ),
    why="AWS refuses the resource when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html",
    check=_check,
)
