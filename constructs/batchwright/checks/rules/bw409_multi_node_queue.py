"""BW409: multi-node parallel jobs go to On-Demand EC2 environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.jobs import kinds
from batchwright.model.queue_kinds import multi_node_queue_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        if definition.shape != "node":
            continue
        for queue in definition.queues:
            for problem in multi_node_queue_problems(kinds(queue)):
                yield Violation(resource=definition.resource, path="NodeProperties", problem=problem)


RULE: Final = Rule(
    id="BW409",
    severity=Severity.ERROR,
    title="Multi-node parallel jobs go to On-Demand EC2 environments",
    what=(
        "Queues that a multi-node parallel job is submitted to: one of their environments is On-Demand EC2 (on ECS or "
        "EKS), not Spot, Fargate, unmanaged or of ECS Managed Instances. Silent when one environment is open."
    ),
    why="AWS refuses the job, or it stays RUNNABLE for ever.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/mnp-ce.html",
    check=_check,
)
