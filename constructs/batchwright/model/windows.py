"""Windows containers on Fargate."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from batchwright.model.capacity import Platform
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source of all: https://docs.aws.amazon.com/batch/latest/APIReference/API_RuntimePlatform.html


class OperatingSystem(StrEnum):
    """The operating system of an image, as Fargate calls it."""

    LINUX = "LINUX"
    WINDOWS_SERVER_2019_CORE = "WINDOWS_SERVER_2019_CORE"
    WINDOWS_SERVER_2019_FULL = "WINDOWS_SERVER_2019_FULL"
    WINDOWS_SERVER_2022_CORE = "WINDOWS_SERVER_2022_CORE"
    WINDOWS_SERVER_2022_FULL = "WINDOWS_SERVER_2022_FULL"

    @property
    def is_windows(self) -> bool:
        """Whether it is Windows."""
        return self is not OperatingSystem.LINUX


def is_windows(operating_system: str) -> bool:
    """Whether an operating system family is a Windows one, such as `WINDOWS_SERVER_2022_CORE`."""
    return operating_system.upper().startswith("WINDOWS")


def windows_architecture_problems(architecture: str) -> Sequence[Problem]:
    """Find an architecture that Windows containers do not have."""
    if architecture.upper() == "X86_64":
        return []
    return [Problem("architecture", architecture, "X86_64 with Windows", "Use X86_64, or a Linux image.")]


def windows_setting_problems(setting: str, value: object, *, field: str | None = None) -> Sequence[Problem]:
    """Say that a setting does not exist for Windows containers; `field` is another name for it."""
    return [Problem(field or setting, value, "nothing with Windows", "Leave it out, or use a Linux image.")]


def windows_platform_problems(platform: Platform) -> Sequence[Problem]:
    """Find Windows images on a platform whose hosts are Linux."""
    if platform is Platform.FARGATE:
        return []
    fix = "Use a queue over Fargate environments, or a Linux image."
    return [Problem("image", "an image for Windows", f"images for Linux on {platform}", fix)]


def windows_spot_problems(kinds: Sequence[str]) -> Sequence[Problem]:
    """Find a queue that has Fargate Spot only, which Windows containers would block."""
    if not kinds or set(kinds) != {"FARGATE_SPOT"}:
        return []
    fix = "Add a FargateEnvironment without Spot to the queue; the job would block it."
    return [Problem("queue", "Fargate Spot only", "queues with On-Demand Fargate for Windows images", fix)]
