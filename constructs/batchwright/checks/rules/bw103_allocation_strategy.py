"""BW103: the allocation strategy is one for the environment's kind of capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.settings import constant, is_set
from batchwright.model.strategies import strategy_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


_PATH: Final = "ComputeResources.AllocationStrategy"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        strategy = constant(environment.resource.get(_PATH), absent="")
        if strategy is None or environment.kind is None:
            continue
        eks = bool(is_set(environment.resource.get("EksConfiguration")))
        for problem in strategy_problems(kind=environment.kind, strategy=strategy or None, eks=eks):
            yield Violation(resource=environment.resource, path=_PATH, problem=problem)


RULE: Final = Rule(
    id="BW103",
    severity=Severity.ERROR,
    title="The allocation strategy suits the environment",
    what=(
        "SPOT strategies stand on Spot only, BEST_FIT_PROGRESSIVE_ORDERED on On-Demand only, and EKS has one other "
        "than BEST_FIT, which is also the default. Silent when the strategy or the kind is open."
    ),
    why="AWS refuses the environment when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html",
    check=_check,
)
