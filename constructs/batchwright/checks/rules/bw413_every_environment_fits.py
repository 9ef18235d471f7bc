"""BW413: every environment of a queue can hold its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.jobs import jobs
from batchwright.model.partial_fit import partial_fit_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for job in jobs(system):
        problems = partial_fit_problems(
            vcpus=job.vcpus.amount,
            memory_mib=job.memory.amount,
            gpus=job.gpus.amount,
            architecture=job.definition.architecture,
            capacities=job.capacities,
        )
        for problem in problems:
            yield Violation(resource=job.definition.resource, path="", problem=problem)


RULE: Final = Rule(
    id="BW413",
    severity=Severity.INFO,
    title="Every environment of a queue can hold its jobs",
    what=(
        "vCPUs, memory, GPUs and architecture of a job against each environment of its queue, where some can never "
        "hold it and others can, or may."
    ),
    why="The job runs on the others only: the first choice, often the cheaper one, is never used.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/job_queues.html",
    check=_check,
)
