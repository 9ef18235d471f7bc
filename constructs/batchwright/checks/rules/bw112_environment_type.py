"""BW112: managed environments describe their capacity, unmanaged ones their role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.settings import is_set
from batchwright.model.environment_types import environment_type_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


_PATHS: Final = {
    "compute_resources": "ComputeResources",
    "service_role": "ServiceRole",
    "unmanaged_vcpus": "UnmanagedvCpus",
}


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        if environment.managed is None:
            continue
        resource = environment.resource
        for problem in environment_type_problems(
            managed=environment.managed,
            resources=is_set(resource.get("ComputeResources")),
            role=is_set(resource.get("ServiceRole")),
            vcpus=is_set(resource.get("UnmanagedvCpus")),
        ):
            yield Violation(resource=resource, path=_PATHS[problem.field], problem=problem)


RULE: Final = Rule(
    id="BW112",
    severity=Severity.ERROR,
    title="Managed environments describe their capacity, unmanaged ones their role",
    what=(
        "A managed environment has ComputeResources and no UnmanagedvCpus; an unmanaged one has no ComputeResources, "
        "and a service role. Silent on what is open."
    ),
    why="AWS refuses the environment when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html",
    check=_check,
)
