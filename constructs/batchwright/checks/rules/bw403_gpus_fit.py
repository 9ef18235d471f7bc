"""BW403: a job's GPUs are there on its queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.jobs import at, jobs
from batchwright.model.fit import gpu_fit_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for job in jobs(system):
        yield from at(job.gpus, gpu_fit_problems(job.gpus.amount, job.capacities))


RULE: Final = Rule(
    id="BW403",
    severity=Severity.ERROR,
    title="A job's GPUs are there on its queue",
    what=(
        "The GPUs of a job, with what its submission overrides, against the instance types of each environment of the "
        "queue that it is submitted to. `optimal` and the `default_*` classes have none. Silent when one environment "
        "is open, and for Graviton types with GPUs under an image of your own or on Managed Instances."
    ),
    why="The job stays RUNNABLE for ever (`MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT`).",
    source="https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html",
    check=_check,
)
