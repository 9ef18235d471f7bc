"""BW326: a tmpfs is not larger than the memory it is part of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each
from batchwright.checks.templates import fields, number
from batchwright.model.linux_parameters import large_tmpfs_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for container in definition.containers:
            if container.memory_mib is None or definition.fargate:
                continue
            parameters = fields(container.properties.get("LinuxParameters"))
            for path, tmpfs in each(parameters.get("Tmpfs"), f"{container.path}.LinuxParameters.Tmpfs"):
                size = number(tmpfs.get("Size"))
                if size is not None:
                    problems = large_tmpfs_problems(size, container.memory_mib)
                    yield from at(definition.resource, f"{path}.Size", problems)


RULE: Final = Rule(
    id="BW326",
    severity=Severity.WARNING,
    title="A tmpfs fits into the container's memory",
    what="No tmpfs mount of a container on EC2 is larger than the container's memory. Silent when one of them is open.",
    why="What lies in a tmpfs counts as memory of the container, which is killed before the tmpfs is full.",
    source="https://docs.docker.com/engine/storage/tmpfs/",
    check=_check,
)
