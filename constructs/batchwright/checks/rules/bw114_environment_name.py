"""BW114: names of environments are ones that AWS takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


_TYPES: Final = {
    "AWS::Batch::ComputeEnvironment": ("ComputeEnvironmentName", "compute_environment_name"),
    "AWS::Batch::ServiceEnvironment": ("ServiceEnvironmentName", "service_environment_name"),
}


def _check(system: System) -> Iterator[Violation]:
    for resource_type, (path, field) in _TYPES.items():
        yield from named(system, resource_type, path, field=field)


RULE: Final = Rule(
    id="BW114",
    severity=Severity.ERROR,
    title="Names of environments have at most 128 letters, digits, - and _",
    what="Names of compute environments and service environments. Silent on names that are open or left out.",
    why="AWS refuses the environment when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html",
    check=_check,
)
