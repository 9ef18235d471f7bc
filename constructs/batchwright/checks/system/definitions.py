"""Job definitions of all shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.system.containers import containers_of
from batchwright.checks.system.parts import Definition
from batchwright.checks.templates import ABSENT, fields, items, text
from batchwright.model.architecture import Architecture

if TYPE_CHECKING:
    from batchwright.checks.templates import Resource

_SHAPES: Final = {
    "ContainerProperties": "container",
    "EcsProperties": "ecs",
    "NodeProperties": "node",
    "EksProperties": "eks",
}


def definition_of(resource: Resource) -> Definition:
    """Read a job definition.

    Its `Metadata` may tell what the properties cannot, as Batchwright's own jobs do: `{"batchwright": {"queue": <Ref or
    ARN of the queue that it is meant for>, "architecture": "x86_64" or "arm64"}}`.
    """
    present = [shape for name, shape in _SHAPES.items() if resource.has(name)]
    return Definition(
        resource=resource,
        shape=present[0] if len(present) == 1 else None,
        platforms=_platforms(resource),
        containers=tuple(containers_of(resource)),
        architecture=_architecture(resource),
    )


def _platforms(resource: Resource) -> frozenset[str] | None:
    named = resource.get("PlatformCapabilities")
    if named is ABSENT or named == []:
        return frozenset({"EC2"})
    found = [text(each) for each in items(named)]
    known = frozenset(each.upper() for each in found if each is not None)
    return known if known and None not in found else None


def _architecture(resource: Resource) -> Architecture | None:
    tasks = items(resource.get("EcsProperties.TaskProperties"))
    named = [
        resource.get("ContainerProperties.RuntimePlatform.CpuArchitecture"),
        *(fields(fields(task).get("RuntimePlatform")).get("CpuArchitecture", ABSENT) for task in tasks),
        fields(resource.metadata.get("batchwright")).get("architecture", ABSENT),
    ]
    known = {str(each): each for each in Architecture}
    found = {known.get(each.lower()) for each in named if isinstance(each, str)}
    return found.pop() if len(found) == 1 else None
