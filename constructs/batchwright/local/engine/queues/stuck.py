"""Why the job at the head of a queue cannot start as things are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.local.engine.consumables.registry import Needs
    from batchwright.local.engine.environments.environment import ComputeEnvironment
    from batchwright.local.engine.jobs.job import Job, JobSpec

# Source of the words: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
CAPACITY: Final = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
MAX_RESOURCE: Final = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
JOB_REQUIREMENT: Final = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
ACTION_REQUIRED: Final = "ACTION_REQUIRED"
UNDETERMINED: Final = "UNDETERMINED"
_TEXTS: Final = {
    CAPACITY: "Service cannot fulfill the capacity requested for instance type",
    MAX_RESOURCE: "CE(s) associated with the job queue cannot meet the CPU requirement of the job.",
    JOB_REQUIREMENT: (
        "The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the "
        "job queue."
    ),
    UNDETERMINED: "Batch job is blocked, root cause is undetermined.",
}


class Stuck(NamedTuple):
    """Why a job blocks its queue.

    Attributes:
        code: AWS's word, which `jobStateTimeLimitActions` name as the reason.
        text: What DescribeJobs shows as the status reason, the code in front.
    """

    code: str
    text: str


def stuck_reason(job: Job) -> Stuck | None:
    """Say why the job at the head of a queue can never start as things are; None for one that only waits its turn.

    The words are AWS's. Where AWS does not find the cause the text goes on with what is known here.
    """
    spec = job.spec
    environments = spec.queue.environments
    for each in environments:
        if each.serves(spec):
            return None if job.holds else _missing_resource(spec.needs)
    usable = [each for each in environments if each.usable]
    if not usable:
        what = "disabled" if not any(each.enabled for each in environments) else "invalid"
        return Stuck(ACTION_REQUIRED, f"{ACTION_REQUIRED} - CE(s) associated with the job queue are {what}.")
    able = [each for each in usable if each.runs(spec)]
    if not able:
        names = ", ".join(each.name for each in environments)
        return _undetermined(
            f"multi-node parallel jobs need a managed environment of On-Demand EC2 instances; the queue has {names}"
        )
    return _too_large(spec, able) or (None if job.holds else _missing_resource(spec.needs))


def _too_large(spec: JobSpec, environments: Sequence[ComputeEnvironment]) -> Stuck | None:
    holding = [each for each in environments if each.holds(spec)]
    if not holding:
        return _known(JOB_REQUIREMENT)
    wide = [each for each in holding if spec.milli_vcpus <= each.capacity and each.has_hosts(spec)]
    if not wide:
        return _known(MAX_RESOURCE)
    if all(each.without_capacity for each in wide):
        types = wide[0].instance_types
        name = types[0].name if types else "optimal"
        return Stuck(CAPACITY, f"{CAPACITY} - {_TEXTS[CAPACITY]} [{name}]")
    return None


def _missing_resource(needs: Needs) -> Stuck | None:
    for resource, quantity in needs:
        if quantity > resource.total:
            return _undetermined(
                f"the job needs {quantity} of the consumable resource {resource.name}, whose total quantity is "
                f"{resource.total}"
            )
    return None


def _known(code: str) -> Stuck:
    return Stuck(code, f"{code} - {_TEXTS[code]}")


def _undetermined(hint: str) -> Stuck:
    return Stuck(UNDETERMINED, f"{UNDETERMINED} - {_TEXTS[UNDETERMINED]} ({hint})")
