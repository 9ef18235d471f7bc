"""BW401: a job's memory fits the largest instance of its queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.jobs import at, jobs
from batchwright.model.fit import memory_fit_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for job in jobs(system):
        yield from at(job.memory, memory_fit_problems(job.memory.amount, job.capacities))


RULE: Final = Rule(
    id="BW401",
    severity=Severity.ERROR,
    title="A job's memory fits the largest instance of its queue",
    what=(
        "The memory of a job, with what its submission overrides, against the largest EC2 instance type of each "
        "environment of the queue that it is submitted to, less the 32 MiB that Batch keeps. Silent when one "
        "environment is open, on Fargate (BW301 has its sizes), and where instances are classes such as `optimal`."
    ),
    why="The job stays RUNNABLE for ever.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/memory-management.html",
    check=_check,
)
