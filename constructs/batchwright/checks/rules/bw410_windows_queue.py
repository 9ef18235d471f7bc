"""BW410: a Windows job has Fargate capacity other than Spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import fields, items, text
from batchwright.checks.views.jobs import kinds
from batchwright.model.queue_kinds import windows_queue_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Definition, System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        path = _windows(definition)
        if path is None:
            continue
        for queue in definition.queues:
            for problem in windows_queue_problems(kinds(queue)):
                yield Violation(resource=definition.resource, path=path, problem=problem)


def _windows(definition: Definition) -> str | None:
    """Where a definition asks for Windows; None when it does not."""
    places = [("ContainerProperties", definition.resource.object("ContainerProperties"))]
    for index, task in enumerate(items(definition.resource.get("EcsProperties.TaskProperties"))):
        places.append((f"EcsProperties.TaskProperties[{index}]", fields(task)))
    for path, place in places:
        system = text(fields(place.get("RuntimePlatform")).get("OperatingSystemFamily"))
        if system is not None and system.startswith("WINDOWS"):
            return f"{path}.RuntimePlatform.OperatingSystemFamily"
    return None


RULE: Final = Rule(
    id="BW410",
    severity=Severity.ERROR,
    title="A Windows job has Fargate capacity other than Spot",
    what="Queues that a Windows job is submitted to have more than Fargate Spot environments. Silent when one is open.",
    why="Fargate Spot has no Windows: the job blocks the queue for all behind it.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_RuntimePlatform.html",
    check=_check,
)
