"""BW407: a submission is short enough."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import Text
from batchwright.model.submissions import submission_size_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for submission in system.submissions:
        body = json.dumps(submission.request, default=_known_part, separators=(",", ":"), ensure_ascii=False)
        for problem in submission_size_problems(len(body.encode("utf-8", "replace"))):
            yield Violation(resource=submission.resource, path=submission.request_path, problem=problem)


def _known_part(value: object) -> str:
    """What is known of an open value: the request is at least so long."""
    return "".join(part for part in value.parts if isinstance(part, str)) if isinstance(value, Text) else ""


RULE: Final = Rule(
    id="BW407",
    severity=Severity.ERROR,
    title="A submission is short enough",
    what="The arguments of every submission as JSON, 30 KiB at most. What is known only when it runs counts as empty.",
    why="AWS refuses each submission.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html",
    check=_check,
)
