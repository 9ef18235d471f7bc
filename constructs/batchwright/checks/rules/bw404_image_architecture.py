"""BW404: an image has the CPU architecture of its queue's hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.jobs import offers
from batchwright.model.fit import architecture_fit_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        path = definition.containers[0].path if definition.containers else ""
        for queue in definition.queues:
            for problem in architecture_fit_problems(definition.architecture, offers(queue)):
                yield Violation(resource=definition.resource, path=path, problem=problem)


RULE: Final = Rule(
    id="BW404",
    severity=Severity.ERROR,
    title="An image has the CPU architecture of its queue's hosts",
    what=(
        "The architecture of a job's images, where `RuntimePlatform` or Batchwright's own metadata tells it, against "
        "the instance types of each environment of the queues that it is submitted to. Silent on Fargate, where the "
        "job chooses, and when one environment is open."
    ),
    why="Each attempt fails with an exec format error.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html",
    check=_check,
)
