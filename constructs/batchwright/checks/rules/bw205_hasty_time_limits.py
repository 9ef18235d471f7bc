"""BW205: jobs are not cancelled as misconfigured while a host starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import ABSENT, fields, items, number
from batchwright.checks.views.settings import constant
from batchwright.model.time_limits import hasty_limit_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


_PATH: Final = "JobStateTimeLimitActions"


def _check(system: System) -> Iterator[Violation]:
    for queue in system.queues:
        for position, entry in enumerate(items(queue.resource.get(_PATH))):
            reason = constant(fields(entry).get("Reason", ABSENT)) or ""
            seconds = number(fields(entry).get("MaxTimeSeconds"))
            if seconds is None or not reason.startswith("MISCONFIGURATION:"):
                continue
            for problem in hasty_limit_problems(seconds):
                path = f"{_PATH}[{position}].MaxTimeSeconds"
                yield Violation(resource=queue.resource, path=path, problem=problem)


RULE: Final = Rule(
    id="BW205",
    severity=Severity.WARNING,
    title="Jobs are not cancelled as misconfigured while a host starts",
    what=(
        "Time limits for a MISCONFIGURATION reason are 30 minutes or more, which is Batchwright's own figure. Silent "
        "on what is open."
    ),
    why="While an environment scales up, Batch reports the same reasons for a few minutes: good jobs were cancelled.",
    source="https://github.com/nextflow-io/nextflow/issues/7479",
    check=_check,
)
