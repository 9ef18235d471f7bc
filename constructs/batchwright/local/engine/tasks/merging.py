"""Brings a job definition, a SubmitJob request and its parameters together, for every shape of job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.tasks.ecs_tasks import build_several, build_single
from batchwright.local.engine.tasks.pods import build_pod

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.tasks.container import Platform
    from batchwright.local.engine.tasks.task import Task

_OVERRIDES: Final = {
    "containerProperties": "containerOverrides",
    "ecsProperties": "ecsPropertiesOverride",
    "eksProperties": "eksPropertiesOverride",
}


def build_task(
    properties: Mapping[str, Any],
    overrides: Mapping[str, Any],
    parameters: Mapping[str, str],
    *,
    definition: str,
    platform: Platform,
) -> Task:
    """Return what runs.

    Args:
        properties: Has one of `containerProperties`, `ecsProperties` and `eksProperties`.
        overrides: May have the override of that kind, and no other.
        parameters: Values for `Ref::name`.
        definition: Name of the job definition, the first part of log streams without a prefix of their own.
        platform: What the job was defined for.

    Raises:
        BatchError: The overrides are of another kind, or their values are refused.
    """
    member = next(member for member in _OVERRIDES if properties.get(member))
    check_override_kind(overrides, _OVERRIDES[member])
    override = overrides.get(_OVERRIDES[member]) or {}
    if member == "containerProperties":
        return build_single(properties[member], override, parameters, definition=definition, platform=platform)
    if member == "ecsProperties":
        return build_several(properties[member], override, parameters, definition=definition, platform=platform)
    return build_pod(properties[member], override, parameters, definition=definition)


def check_override_kind(overrides: Mapping[str, Any], fitting: str) -> None:
    """Raise BatchError for overrides that the definition has no place for."""
    for member in (*_OVERRIDES.values(), "nodeOverrides"):
        if overrides.get(member) and member != fitting:
            raise BatchError(f"{member} does not fit the job definition, which takes {fitting}.")
