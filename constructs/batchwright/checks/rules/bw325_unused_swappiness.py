"""BW325: swappiness comes with swap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at
from batchwright.checks.templates import fields, number
from batchwright.model.linux_parameters import unused_swappiness_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for container in definition.containers:
            parameters = fields(container.properties.get("LinuxParameters"))
            swappiness = number(parameters.get("Swappiness"))
            if swappiness is None or parameters.get("MaxSwap") is not None or definition.fargate:
                continue
            path = f"{container.path}.LinuxParameters.Swappiness"
            yield from at(definition.resource, path, unused_swappiness_problems(swappiness))


RULE: Final = Rule(
    id="BW325",
    severity=Severity.WARNING,
    title="Swappiness comes with an amount of swap",
    what="A container on EC2 with `Swappiness` has `MaxSwap` too.",
    why="AWS ignores `Swappiness` without `MaxSwap`, and says nothing.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_LinuxParameters.html",
    check=_check,
)
