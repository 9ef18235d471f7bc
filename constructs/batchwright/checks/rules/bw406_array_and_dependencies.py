"""BW406: array size and number of dependencies are in Batch's range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.rules.places import known_count
from batchwright.checks.templates import fields, number
from batchwright.model.submissions import array_size_problems, dependency_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for submission in system.submissions:
        size = number(fields(submission.request.get("ArrayProperties")).get("Size"))
        for problem in array_size_problems(size):
            path = f"{submission.request_path}.ArrayProperties.Size"
            yield Violation(resource=submission.resource, path=path, problem=problem)
        for problem in dependency_problems(known_count(submission.request.get("DependsOn"))):
            yield Violation(resource=submission.resource, path=f"{submission.request_path}.DependsOn", problem=problem)


RULE: Final = Rule(
    id="BW406",
    severity=Severity.ERROR,
    title="Array size and number of dependencies are in Batch's range",
    what=(
        "The array size (2 to 10,000) and the dependencies (20 at most) of every submission. Silent on sizes that are "
        "known only when it runs."
    ),
    why="AWS refuses each submission.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html",
    check=_check,
)
