"""Windows containers on Fargate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source of all: https://docs.aws.amazon.com/batch/latest/APIReference/API_RuntimePlatform.html


def is_windows(operating_system: str) -> bool:
    """Whether an operating system family is a Windows one, such as `WINDOWS_SERVER_2022_CORE`."""
    return operating_system.upper().startswith("WINDOWS")


def windows_architecture_problems(architecture: str) -> Sequence[Problem]:
    """Find an architecture that Windows containers do not have."""
    if architecture.upper() == "X86_64":
        return []
    return [Problem("architecture", architecture, "X86_64 with Windows", "Use X86_64, or a Linux image.")]


def windows_setting_problems(setting: str, value: object) -> Sequence[Problem]:
    """Say that a setting does not exist for Windows containers."""
    return [Problem(setting, value, "nothing with Windows", "Leave it out, or use a Linux image.")]
