"""BW402: a job's vCPUs fit an environment of its queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.jobs import at, jobs
from batchwright.model.fit import vcpu_fit_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for job in jobs(system):
        yield from at(job.vcpus, vcpu_fit_problems(job.vcpus.amount, job.capacities))


RULE: Final = Rule(
    id="BW402",
    severity=Severity.ERROR,
    title="A job's vCPUs fit an environment of its queue",
    what=(
        "The vCPUs of a job, with what its submission overrides, against `MaxvCpus` and the largest instance type of "
        "each environment of the queue that it is submitted to. Silent when one environment is open."
    ),
    why="The job stays RUNNABLE for ever (`MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE`).",
    source="https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html",
    check=_check,
)
