"""BW323: swap and tmpfs of a container have sizes that Docker takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each
from batchwright.checks.templates import fields, number
from batchwright.model.linux_parameters import max_swap_problems, swappiness_problems, tmpfs_size_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import Container, System
    from batchwright.checks.templates import Resource


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for container in definition.containers:
            # On Fargate each of these is a mistake as such: BW302.
            if not definition.fargate:
                yield from _of_container(definition.resource, container)


def _of_container(resource: Resource, container: Container) -> Iterator[Violation]:
    parameters, path = fields(container.properties.get("LinuxParameters")), f"{container.path}.LinuxParameters"
    swappiness, max_swap = number(parameters.get("Swappiness")), number(parameters.get("MaxSwap"))
    if swappiness is not None:
        yield from at(resource, f"{path}.Swappiness", swappiness_problems(swappiness))
    if max_swap is not None:
        yield from at(resource, f"{path}.MaxSwap", max_swap_problems(max_swap))
    for place, tmpfs in each(parameters.get("Tmpfs"), f"{path}.Tmpfs"):
        size = number(tmpfs.get("Size"))
        if size is not None:
            yield from at(resource, f"{place}.Size", tmpfs_size_problems(size))


RULE: Final = Rule(
    id="BW323",
    severity=Severity.ERROR,
    title="Swappiness is 0 to 100, swap is not negative, and a tmpfs has a size",
    what="`LinuxParameters` of a container on EC2 has a `Swappiness` of 0 to 100, a `MaxSwap` of 0 or more, and tmpfs "
    "mounts of more than 0 MiB. Silent on what is open.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_LinuxParameters.html",
    check=_check,
)
