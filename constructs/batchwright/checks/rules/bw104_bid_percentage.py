"""BW104: a Spot bid is 0 to 100 %."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import number
from batchwright.model.strategies import bid_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


_PATH: Final = "ComputeResources.BidPercentage"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        percentage = number(environment.resource.get(_PATH))
        if percentage is None or environment.fargate:
            continue
        for problem in bid_problems(percentage):
            yield Violation(resource=environment.resource, path=_PATH, problem=problem)


RULE: Final = Rule(
    id="BW104",
    severity=Severity.ERROR,
    title="A Spot bid is 0 to 100 %",
    what="BidPercentage is 0 to 100. Silent when it is open, and on Fargate, which has a rule of its own.",
    why="AWS refuses the environment when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html",
    check=_check,
)
