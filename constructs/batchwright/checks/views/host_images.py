"""Which machine images an environment's hosts get, as far as a template tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.checks.templates import ABSENT, Unknown, fields, items, text
from batchwright.checks.views.settings import constant, is_set

if TYPE_CHECKING:
    from batchwright.checks.system import Environment

_CONFIGURATION = "ComputeResources.Ec2Configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostImage:
    """One entry of `Ec2Configuration`.

    Attributes:
        path: Path of its type in the environment.
        type: Its type, such as `ECS_AL2023`.
    """

    path: str
    type: str


def chosen_by_batch(environment: Environment) -> list[HostImage] | None:
    """Image types of which Batch chooses the image itself.

    Returns:
        Those, in their order; none when the template names none. None when the environment has, or may have, an image
        of its own, or a type is open.
    """
    resource = environment.resource
    if environment.kind not in {"EC2", "SPOT"} or resource.has("ComputeResources.ImageId"):
        return None
    configuration = resource.get(_CONFIGURATION)
    if _template_may_fix(environment) or not (configuration is ABSENT or isinstance(configuration, list)):
        return None
    found = []
    for number, entry in enumerate(items(configuration)):
        kind = constant(fields(entry).get("ImageType", ABSENT))
        if kind is None or "ImageIdOverride" in fields(entry):
            return None
        found.append(HostImage(path=f"{_CONFIGURATION}[{number}].ImageType", type=kind))
    return found


def fixed_by(environment: Environment) -> str | None:
    """What gives all hosts of an environment a certain image: a property, or the launch template; None when nothing."""
    resource = environment.resource
    if is_set(resource.get("ComputeResources.ImageId")):
        return "ImageId"
    entries = items(resource.get(_CONFIGURATION))
    if entries and all(is_set(fields(entry).get("ImageIdOverride", ABSENT)) for entry in entries):
        return "ImageIdOverride"
    templates = environment.launch_templates
    if _is_plain(environment) and len(templates) == 1 and is_set(templates[0].data.get("ImageId", ABSENT)):
        return "the launch template"
    return None


def has_own_start(environment: Environment) -> bool:
    """Whether hosts run, or may run, commands of the user's when they start (user data)."""
    if not environment.resource.has("ComputeResources.LaunchTemplate"):
        return False
    return not _is_plain(environment) or any("UserData" in each.data for each in environment.launch_templates)


def _template_may_fix(environment: Environment) -> bool:
    if not environment.resource.has("ComputeResources.LaunchTemplate"):
        return False
    return not _is_plain(environment) or any("ImageId" in each.data for each in environment.launch_templates)


def _is_plain(environment: Environment) -> bool:
    """Whether hosts start from one launch template, as the application has it, without overrides."""
    named = environment.resource.object("ComputeResources.LaunchTemplate")
    version = named.get("Version", ABSENT)
    # An older version by its number may be quite another.
    fixed = isinstance(version, Unknown) or (text(version) or "$").isdecimal()
    return len(environment.launch_templates) == 1 and "Overrides" not in named and not fixed
