"""BW203: a queue's priority is 0 to 1000."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import number
from batchwright.model.queues import priority_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for queue in system.queues:
        priority = number(queue.resource.get("Priority"))
        for problem in () if priority is None else priority_problems(priority):
            yield Violation(resource=queue.resource, path="Priority", problem=problem)


RULE: Final = Rule(
    id="BW203",
    severity=Severity.ERROR,
    title="A queue's priority is 0 to 1000",
    what="Priority is 0 to 1000. Silent when it is open.",
    why="AWS refuses the queue when the stack is deployed.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-jobqueue.html",
    check=_check,
)
