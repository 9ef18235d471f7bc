"""BW604: a state machine's role may follow its jobs, and end them with its execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.state_machines import submitters
from batchwright.model.permissions import FOLLOW_ACTIONS, state_machine_role_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for each in submitters(system):
        for problem in state_machine_role_problems(FOLLOW_ACTIONS if each.waits else (), each.grants):
            yield Violation(resource=each.role, path="Policies", problem=problem)


RULE: Final = Rule(
    id="BW604",
    severity=Severity.WARNING,
    title="A state machine's role may follow its jobs, and end them with its execution",
    what=(
        "Like BW603, for `batch:DescribeJobs` and `batch:TerminateJob` of states that wait (`submitJob.sync`). They "
        "work without, as long as all goes well."
    ),
    why="Jobs of an execution that is stopped run on and are billed; under load Step Functions loses sight of jobs.",
    source="https://github.com/ASFHyP3/hyp3/pull/1089",
    check=_check,
)
