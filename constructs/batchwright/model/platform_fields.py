"""Fields of job definitions that one platform alone takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.capacity import Platform
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html, API_EcsTaskProperties.html
PLATFORM_FIELDS: Final[Mapping[str, Platform]] = {
    "networkConfiguration": Platform.FARGATE,
    "fargatePlatformConfiguration": Platform.FARGATE,
    "platformVersion": Platform.FARGATE,
    "networkMode": Platform.MANAGED_INSTANCES,
}
"""Their names in Batch's API, and the platform."""


def platform_field_problems(name: str, value: object, platforms: Collection[str]) -> Sequence[Problem]:
    """Find a field that only another platform takes.

    Args:
        name: Its name in `PLATFORM_FIELDS`.
        value: Its value.
        platforms: What the definition may run on.
    """
    only = PLATFORM_FIELDS[name]
    if only in platforms:
        return []
    return [Problem(name, value, f"nothing but on {only}", f"Leave it out, or set PlatformCapabilities to {only}.")]
