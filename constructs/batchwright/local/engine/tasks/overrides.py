"""How long the overrides are with which a task is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.tasks import parts
from batchwright.model import submissions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.local.engine.tasks.container import Container

# Source of the words: https://github.com/Netflix/metaflow/issues/977
OVERRIDES_TOO_LONG: Final = f"Container Overrides length must be at most {submissions.MAX_OVERRIDES_LENGTH}"


def overrides_length(bases: Sequence[Mapping[str, Any]], containers: Sequence[Container]) -> int:
    """Return the characters of the JSON in which ECS is told what differs from the definition.

    That is commands, the parameters in them too, and variables. Those that Batch adds are not counted, so a task whose
    length is just below the limit here may be above it on AWS.
    """
    return submissions.overrides_length(_different(*pair) for pair in zip(bases, containers, strict=True))


def _different(base: Mapping[str, Any], container: Container) -> dict[str, Any]:
    known = parts.variables(base.get("environment", ()))
    changed = {name: value for name, value in container.environment.items() if known.get(name) != value}
    command = list(container.command)
    return {
        "name": container.name,
        **({"command": command} if command != list(base.get("command", ())) else {}),
        **({"environment": parts.named(changed)} if changed else {}),
    }
