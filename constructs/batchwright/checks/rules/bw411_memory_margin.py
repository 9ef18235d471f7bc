"""BW411: a job leaves its host the memory that the system needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.jobs import at, jobs
from batchwright.model.fit import memory_margin_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for job in jobs(system):
        yield from at(job.memory, memory_margin_problems(job.memory.amount, job.capacities))


RULE: Final = Rule(
    id="BW411",
    severity=Severity.WARNING,
    title="A job leaves its host the memory that the system needs",
    what=(
        "Like BW401, for memory within the last 5 % of the largest instance: whether it is left over depends on the "
        "instance type and its image."
    ),
    why="Where it is not, the job stays RUNNABLE for ever: an m4.large with 8192 MiB has 7985 MiB for jobs.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/ecs-reserved-memory.html",
    check=_check,
)
