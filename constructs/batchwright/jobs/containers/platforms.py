"""What a container cannot have on Fargate, or for Windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.jobs.storage.efs_volume import EfsVolume
from batchwright.model import Platform, Problem
from batchwright.model.fargate_settings import fargate_setting_problems
from batchwright.model.windows import windows_platform_problems, windows_setting_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.jobs.containers.container import ContainerSpec

# What AWS calls the attributes whose names here are others.
_FARGATE_LACKS = ("shared_memory", "tmpfs", "max_swap", "swappiness", "devices", "ulimits")


def platform_problems(container: ContainerSpec, platform: Platform) -> Sequence[Problem]:
    """Find settings that a container cannot have where it is to run."""
    found: list[Problem] = []
    linux = container.linux.given() if container.linux else {}
    security = container.security.given() if container.security else {}
    if platform is Platform.FARGATE:
        found.extend(_fargate_problems(linux, security))
    if container.image.operating_system.is_windows:
        found.extend(windows_platform_problems(platform))
        found.extend(_windows_problems(container, linux, security))
    return found


def _fargate_problems(linux: dict[str, Any], security: dict[str, Any]) -> Sequence[Problem]:
    found = [
        problem
        for name in _FARGATE_LACKS
        if name in linux
        for problem in fargate_setting_problems(name, linux[name], field=f"linux.{name}")
    ]
    if security.get("privileged"):
        found.extend(fargate_setting_problems("privileged", True, field="security.privileged"))
    return found


def _windows_problems(container: ContainerSpec, linux: dict[str, Any], security: dict[str, Any]) -> Sequence[Problem]:
    """Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_RuntimePlatform.html."""
    given = {f"linux.{name}": value for name, value in linux.items()}
    given |= {f"security.{name}": value for name, value in security.items()}
    for number, mount in enumerate(container.mounts):
        if isinstance(mount.volume, EfsVolume):
            given[f"mounts[{number}].volume"] = "a volume of EFS"
    return [problem for name, value in given.items() for problem in windows_setting_problems(name, value)]
