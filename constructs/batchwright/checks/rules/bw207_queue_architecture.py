"""BW207: environments of a queue have one CPU architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.model.queues import mixed_architecture_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for queue in system.queues:
        known = [environment.architectures for environment in queue.environments if not environment.fargate]
        # One that mixes them itself has a rule of its own.
        single = [next(iter(each)) for each in known if each is not None and len(each) == 1]
        for problem in mixed_architecture_problems(single):
            yield Violation(resource=queue.resource, path="ComputeEnvironmentOrder", problem=problem)


RULE: Final = Rule(
    id="BW207",
    severity=Severity.ERROR,
    title="Environments of a queue share one CPU architecture",
    what=(
        "Instance types of all its environments are arm64 or all are x86-64. Silent on Fargate, where each job "
        "chooses, and on environments whose types are open."
    ),
    why="AWS refuses the queue; jobs would land on hosts that cannot run their image.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html",
    check=_check,
)
