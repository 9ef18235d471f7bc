"""BW329: fields that one platform alone takes stand in jobs of that platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, tasks
from batchwright.checks.templates import fields, text
from batchwright.model.platform_fields import PLATFORM_FIELDS, platform_field_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        if definition.platforms is None:
            continue
        for task in tasks(definition.resource):
            for name in PLATFORM_FIELDS:
                key = name[0].upper() + name[1:]
                given = task.properties.get(key)
                known = text(given) or fields(given)
                if known:
                    problems = platform_field_problems(name, known, definition.platforms)
                    yield from at(definition.resource, f"{task.path}.{key}", problems)


RULE: Final = Rule(
    id="BW329",
    severity=Severity.ERROR,
    title="Fields that one platform alone takes stand in jobs of that platform",
    what="`NetworkConfiguration`, `FargatePlatformConfiguration` and `PlatformVersion` stand in job definitions for "
    "Fargate, `NetworkMode` in those for Managed Instances, and in no others. Silent on what is open or empty.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_EcsTaskProperties.html",
    check=_check,
)
