"""BW116: an environment on Fargate has no update policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.settings import is_set
from batchwright.model.fargate_environments import fargate_update_policy_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        if not environment.fargate or not is_set(environment.resource.get("UpdatePolicy")):
            continue
        for problem in fargate_update_policy_problems():
            yield Violation(resource=environment.resource, path="UpdatePolicy", problem=problem)


RULE: Final = Rule(
    id="BW116",
    severity=Severity.WARNING,
    title="An environment on Fargate has no update policy",
    what="UpdatePolicy is left out, or empty. Silent when it is open.",
    why="Batch ignores it, and has been seen to refuse later updates of the environment for it.",
    source="https://github.com/aws/aws-cdk/issues/27054",
    check=_check,
)
