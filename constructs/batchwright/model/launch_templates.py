"""Launch templates of an environment: their overrides for some instance types, and what Batch does not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.architecture import architecture_of
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_OVERRIDES: Final = 10
_CLASSES: Final = frozenset({"optimal", "default_x86_64", "default_arm64"})
# Source: https://docs.aws.amazon.com/batch/latest/userguide/launch-templates.html
IGNORED_SETTINGS: Final = ("InstanceType", "IamInstanceProfile", "NetworkInterfaces.SubnetId")


def override_count_problems(count: int) -> Sequence[Problem]:
    """Find more overrides than Batch takes."""
    if count <= MAX_OVERRIDES:
        return []
    allowed = f"up to {MAX_OVERRIDES} overrides an environment"
    return [
        Problem("launch_template.overrides", f"{count} overrides", allowed, "Merge some, or make another environment.")
    ]


def override_target_problems(target: str, instance_types: Sequence[str] | None) -> Sequence[Problem]:
    """Find an override for something that is no instance type or family, or that the environment never launches.

    Args:
        target: One of the override's target instance types.
        instance_types: The environment's; None when open.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_LaunchTemplateSpecificationOverride.html
    """
    field = "launch_template.overrides.target_instance_types"
    if target in _CLASSES:
        return [Problem(field, target, "instance types and families", "Name the families that the override is for.")]
    if instance_types is None or _CLASSES & set(instance_types) or architecture_of(target) is None:
        return []
    if any(_within(target, each) for each in instance_types):
        return []
    allowed = f"types and families among the environment's ({', '.join(instance_types)})"
    return [Problem(field, target, allowed, "Add it to the environment's instance types, or leave the override out.")]


def overlap_problems(target: str, others: Sequence[str]) -> Sequence[Problem]:
    """Find a target that means a type which another one of the environment's overrides has already."""
    other = next((each for each in others if _within(target, each) or _within(each, target)), None)
    if other is None:
        return []
    field = "launch_template.overrides.target_instance_types"
    return [Problem(field, f"{target} beside {other}", "each type in one override only", "Leave one of them out.")]


def ignored_setting_problems(name: str) -> Sequence[Problem]:
    """Find a setting of a launch template that Batch takes from the environment instead."""
    if name not in IGNORED_SETTINGS:
        return []
    return [
        Problem(f"launch_template.{name}", "set", "what the environment says; Batch ignores it here", "Leave it out.")
    ]


def _within(target: str, other: str) -> bool:
    return target == other or target.partition(".")[0] == other
