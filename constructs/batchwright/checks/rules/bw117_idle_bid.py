"""BW117: a Spot bid stands on Spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import number
from batchwright.model.strategies import idle_bid_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


_PATH: Final = "ComputeResources.BidPercentage"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        percentage = number(environment.resource.get(_PATH))
        if percentage is None or environment.kind is None:
            continue
        for problem in idle_bid_problems(kind=environment.kind, percentage=percentage):
            yield Violation(resource=environment.resource, path=_PATH, problem=problem)


RULE: Final = Rule(
    id="BW117",
    severity=Severity.WARNING,
    title="A Spot bid stands on Spot",
    what="BidPercentage is left out where the type is EC2. Silent when one of the two is open.",
    why="AWS takes it and launches On-Demand instances at their full price.",
    source="https://github.com/nrdg/cloudknot/issues/140",
    check=_check,
)
