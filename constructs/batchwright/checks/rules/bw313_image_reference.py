"""BW313: an image reference is not too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at
from batchwright.model.container_images import image_reference_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for container in definition.containers:
            if container.image is None or "EksProperties" in container.path:
                continue
            yield from at(definition.resource, f"{container.path}.Image", image_reference_problems(container.image))


RULE: Final = Rule(
    id="BW313",
    severity=Severity.ERROR,
    title="An image reference has 255 characters at most",
    what="The image of a container on ECS has 255 characters at most. Silent when it is open, and on EKS, where AWS "
    "names no limit.",
    why="AWS refuses the job definition, or each job that is submitted with it.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html",
    check=_check,
)
