"""BW110: idle hosts are kept for 20 minutes to a week, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import number
from batchwright.model.environment_updates import scale_down_delay_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


_PATH: Final = "ComputeResources.ScalingPolicy.MinScaleDownDelayMinutes"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        minutes = number(environment.resource.get(_PATH))
        if minutes is None or environment.fargate:
            continue
        for problem in scale_down_delay_problems(minutes):
            yield Violation(resource=environment.resource, path=_PATH, problem=problem)


RULE: Final = Rule(
    id="BW110",
    severity=Severity.ERROR,
    title="Idle hosts are kept for 20 to 10080 minutes, or not at all",
    what=(
        "MinScaleDownDelayMinutes is 0 or 20 to 10080. Silent when it is open, and on Fargate, which has a rule of "
        "its own."
    ),
    why="AWS refuses the environment when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeScalingPolicy.html",
    check=_check,
)
