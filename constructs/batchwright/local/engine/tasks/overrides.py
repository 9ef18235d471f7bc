"""How long the overrides are with which a task is started."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.tasks import parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.local.engine.tasks.container import Container

# Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html (overrides)
MAX_OVERRIDES_LENGTH: Final = 8_192
# Source of the words: https://github.com/Netflix/metaflow/issues/977
OVERRIDES_TOO_LONG: Final = f"Container Overrides length must be at most {MAX_OVERRIDES_LENGTH}"


def overrides_length(bases: Sequence[Mapping[str, Any]], containers: Sequence[Container]) -> int:
    """Return the characters of the JSON in which ECS is told what differs from the definition.

    That is commands, the parameters in them too, and variables. Those that Batch adds are not counted, so a task whose
    length is just below the limit here may be above it on AWS.
    """
    told = [_different(base, container) for base, container in zip(bases, containers, strict=True)]
    return len(json.dumps({"containerOverrides": told}, separators=(",", ":"), ensure_ascii=False))


def _different(base: Mapping[str, Any], container: Container) -> dict[str, Any]:
    known = parts.variables(base.get("environment", ()))
    changed = {name: value for name, value in container.environment.items() if known.get(name) != value}
    command = list(container.command)
    return {
        "name": container.name,
        **({"command": command} if command != list(base.get("command", ())) else {}),
        **({"environment": parts.named(changed)} if changed else {}),
    }
