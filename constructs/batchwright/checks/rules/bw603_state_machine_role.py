"""BW603: a state machine's role may submit jobs, tag them and wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.state_machines import submitters
from batchwright.model.permissions import SUBMIT_ACTIONS, TAG_ACTIONS, WAIT_ACTIONS, state_machine_role_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for each in submitters(system):
        needed = [*SUBMIT_ACTIONS, *(TAG_ACTIONS if each.tags else ()), *(WAIT_ACTIONS if each.waits else ())]
        for problem in state_machine_role_problems(needed, each.grants):
            yield Violation(resource=each.role, path="Policies", problem=problem)


RULE: Final = Rule(
    id="BW603",
    severity=Severity.ERROR,
    title="A state machine's role may submit jobs, tag them and wait for them",
    what=(
        "Roles of state machines that submit jobs: `batch:SubmitJob`, `batch:TagResource` where a state gives tags, "
        "and for `submitJob.sync` the rule of EventBridge that Step Functions manages. Over all policies of the "
        "application, wildcards counted, resources and conditions not. Silent when one is from outside."
    ),
    why="The state machine is refused when it is deployed, or each submission is.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html",
    check=_check,
)
