"""BW407: a submission is short enough."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each
from batchwright.checks.templates import Text, fields, items, text
from batchwright.model.submissions import overrides_length_problems, submission_size_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System
    from batchwright.checks.templates import Value


def _check(system: System) -> Iterator[Violation]:
    for submission in system.submissions:
        body = json.dumps(submission.request, default=_known_part, separators=(",", ":"), ensure_ascii=False)
        problems = submission_size_problems(len(body.encode("utf-8", "replace")))
        yield from at(submission.resource, submission.request_path, problems)
        for path, told in _tasks(submission.request, submission.request_path):
            yield from at(submission.resource, path, overrides_length_problems(told))


def _tasks(request: dict[str, Value], path: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Go through the tasks of which something is changed: with the path, and what ECS is told of its containers."""
    owners = [(path, request)]
    nodes = fields(request.get("NodeOverrides")).get("NodePropertyOverrides")
    owners += each(nodes, f"{path}.NodeOverrides.NodePropertyOverrides")
    for place, owner in owners:
        single = fields(owner.get("ContainerOverrides"))
        if single:
            yield f"{place}.ContainerOverrides", [_told(single)]
        several = fields(owner.get("EcsPropertiesOverride")).get("TaskProperties")
        for at_task, task in each(several, f"{place}.EcsPropertiesOverride.TaskProperties"):
            yield at_task, [_told(container) for _, container in each(task.get("Containers"), "")]


def _told(container: dict[str, Value]) -> dict[str, Any]:
    command = [_known_text(word) for word in items(container.get("Command"))]
    variables = [
        {"name": _known_text(variable.get("Name")), "value": _known_text(variable.get("Value"))}
        for _, variable in each(container.get("Environment"), "")
    ]
    return {
        "name": _known_text(container.get("Name")),
        **({"command": command} if command else {}),
        **({"environment": variables} if variables else {}),
    }


def _known_text(value: object) -> str:
    return text(value) or _known_part(value)


def _known_part(value: object) -> str:
    """What is known of an open value: the request is at least so long."""
    return "".join(part for part in value.parts if isinstance(part, str)) if isinstance(value, Text) else ""


RULE: Final = Rule(
    id="BW407",
    severity=Severity.ERROR,
    title="A submission is short enough",
    what="The arguments of every submission as JSON, 30 KiB at most, and the commands and environment variables of one "
    "ECS task in it, 8,192 characters at most. What is known only when it runs counts as empty.",
    why="AWS refuses each submission, or fails each of its attempts.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html",
    check=_check,
)
