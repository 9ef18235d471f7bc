"""BW106: an environment that has to be updated in place can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import ABSENT, Text, flag, text
from batchwright.checks.views.roles import role_of
from batchwright.checks.views.settings import constant, is_set
from batchwright.model.environment_updates import in_place_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System
    from batchwright.checks.templates import Absent, Resource, Value


_STRATEGY: Final = "ComputeResources.AllocationStrategy"
_LINKED_ROLE: Final = "AWSServiceRoleForBatch"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        resource = environment.resource
        why = _why_in_place(resource)
        strategy = constant(resource.get(_STRATEGY), absent="")
        if environment.kind not in {"EC2", "SPOT"} or why is None:
            continue
        for problem in in_place_problems(
            # An open strategy is taken to be a good one.
            strategy="open" if strategy is None else strategy or None,
            own_role=_is_own(resource.get("ServiceRole")),
            why=why,
        ):
            path = _STRATEGY if problem.field == "allocation_strategy" else "ServiceRole"
            yield Violation(resource=resource, path=path, problem=problem)


def _why_in_place(resource: Resource) -> str | None:
    """Why CloudFormation cannot put a new environment in the place of this one; None when it can."""
    if flag(resource.get("ReplaceComputeEnvironment")) is False:
        return "ReplaceComputeEnvironment is false"
    if is_set(resource.get("ComputeEnvironmentName")):
        return "it has a name, so that no new one can take its place"
    return None


def _is_own(role: Value | Absent) -> bool:
    """Whether a service role is surely another than Batch's service-linked role."""
    if role_of(role) is not None:
        return True
    last = role.parts[-1] if isinstance(role, Text) else role
    name = None if last is ABSENT else text(last)
    return bool(name) and _LINKED_ROLE not in str(name)


RULE: Final = Rule(
    id="BW106",
    severity=Severity.WARNING,
    title="An environment that has to be updated in place can be",
    what=(
        "Where ReplaceComputeEnvironment is false, or the environment has a name, the strategy is not BEST_FIT (also "
        "the default) and the service role is Batch's own. Silent on Fargate, on unmanaged environments and on what "
        "is open."
    ),
    why="A change of instance types, images or the launch template fails when the stack is updated.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/updating-compute-environments.html",
    check=_check,
)
