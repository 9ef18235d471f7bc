"""BW102: instance types of an environment have one CPU architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.model.architecture import mixed_type_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        for problem in mixed_type_problems(environment.instance_types or ()):
            yield Violation(resource=environment.resource, path="ComputeResources.InstanceTypes", problem=problem)


RULE: Final = Rule(
    id="BW102",
    severity=Severity.ERROR,
    title="Instance types of an environment share one CPU architecture",
    what=(
        "Types, families and classes are all arm64 or all x86-64; optimal and default_x86_64 are x86-64. Silent on "
        "names that are not an instance type's, and on lists that are open."
    ),
    why="AWS refuses the environment when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html",
    check=_check,
)
