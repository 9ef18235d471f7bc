"""BW330: environment variables of a container have a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each
from batchwright.checks.templates import text
from batchwright.model.environment_variables import empty_variable_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for container in definition.containers:
            for path, variable in each(container.properties.get("Environment"), f"{container.path}.Environment"):
                problems = empty_variable_problems({text(variable.get("Name")) or "": variable.get("Value")})
                yield from at(definition.resource, f"{path}.Value", problems)


RULE: Final = Rule(
    id="BW330",
    severity=Severity.WARNING,
    title="Environment variables have a value",
    what="No environment variable of a container in a job definition has an empty value. Silent on pods, and on open "
    "values.",
    why="AWS drops such variables when it registers the job definition: the program does not find them set.",
    source="https://github.com/hashicorp/terraform-provider-aws/issues/19466",
    check=_check,
)
