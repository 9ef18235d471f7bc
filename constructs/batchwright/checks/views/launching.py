"""Whether all that hosts are launched with is in the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.checks.templates import ABSENT

if TYPE_CHECKING:
    from batchwright.checks.system import Environment


def all_templates_known(environment: Environment) -> bool:
    """Whether every launch template that an environment names is in the application; also where it names none."""
    launch = environment.resource.get("ComputeResources.LaunchTemplate")
    if launch is ABSENT:
        return True
    if not isinstance(launch, dict):
        return False
    overrides = launch.get("Overrides", [])
    if not isinstance(overrides, list):
        return False
    own = 1 if {"LaunchTemplateId", "LaunchTemplateName"} & launch.keys() else 0
    return len(environment.launch_templates) >= own + len(overrides)
