"""BW412: one instance type has all that a job asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.jobs import at, jobs
from batchwright.model.fit import together_fit_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for job in jobs(system):
        problems = together_fit_problems(
            vcpus=job.vcpus.amount,
            memory_mib=job.memory.amount,
            gpus=job.gpus.amount,
            capacities=job.capacities,
        )
        yield from at(job.memory, problems)


RULE: Final = Rule(
    id="BW412",
    severity=Severity.ERROR,
    title="One instance type has all that a job asks for",
    what=(
        "vCPUs, memory and GPUs of a job together against each instance type of its queue, when each of them alone "
        "fits some type. Silent when one environment is open."
    ),
    why="The job stays RUNNABLE for ever.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html",
    check=_check,
)
