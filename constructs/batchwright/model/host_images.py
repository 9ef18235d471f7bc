"""Machine images of hosts: which instance types they run on, and which are past their end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.accelerators import has_gpus
from batchwright.model.architecture import Architecture, architecture_of
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# All facts here: https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html (imageType)
_WITHOUT_GPUS: Final = frozenset({"ECS_AL2", "ECS_AL2023", "EKS_AL2", "EKS_AL2023"})
_WITH_GPUS: Final = "_NVIDIA"
_ECS_TYPES: Final = ("ECS_AL2023", "ECS_AL2023_NVIDIA", "ECS_AL2", "ECS_AL2_NVIDIA")
_MAX_IMAGES: Final = 2
_AL2023_NEVER: Final = re.compile(r"a1(?!\d)")
_AL2023_NVIDIA_NEVER: Final = re.compile(r"(?:p3|g3)(?!\d)")
# Batch takes no new environment with its own Amazon Linux 2 images for ECS since this day.
ECS_AL2_BLOCKED_SINCE: Final = "2026-06-30"
# AWS maintains its Amazon Linux 2 images for EKS no more since this day.
EKS_AL2_ENDED_ON: Final = "2025-11-26"
_FIELD: Final = "image_type"


def host_image_type_problems(image_type: str | None) -> Sequence[Problem]:
    """Find what is no image type of an environment on ECS."""
    if image_type in _ECS_TYPES:
        return []
    allowed = f"one of {', '.join(_ECS_TYPES)}"
    return [Problem(_FIELD, image_type, allowed, "Use ECS_AL2023, or ECS_AL2023_NVIDIA for types with GPUs.")]


def unbootable_problems(instance_type: str) -> Sequence[Problem]:
    """Find an instance type or family that Batch's images of Amazon Linux 2023 do not run on."""
    if not _AL2023_NEVER.match(instance_type) and not _AL2023_NVIDIA_NEVER.match(instance_type):
        return []
    allowed = "types that Amazon Linux 2023 runs on; Batch's images of it leave out A1, P3 and G3"
    fix = "Take a newer family: m7g for a1, p4d or p5 for p3, g4dn or g6 for g3."
    return [Problem("types", instance_type, allowed, fix)]


def image_type_problems(instance_types: Sequence[str], image_types: Sequence[str]) -> Sequence[Problem]:
    """Find instance types that none of the environment's image types is for.

    Args:
        instance_types: Types, families and classes of the environment.
        image_types: All image types of the environment, for which it has no image of its own.
    """
    if not instance_types or not image_types:
        return []
    for_gpus = [image for image in image_types if image.endswith(_WITH_GPUS)]
    found = []
    if set(image_types) <= _WITHOUT_GPUS and all(map(has_gpus, instance_types)):
        fix = f"Use {image_types[0]}{_WITH_GPUS}."
        allowed = "an image with NVIDIA's driver, as all instance types have GPUs: without it no job gets one"
        found.append(Problem(_FIELD, image_types[0], allowed, fix))
    if len(for_gpus) == len(image_types) and _all_arm(instance_types):
        fix = f"Use {image_types[0].removesuffix(_WITH_GPUS)}."
        found.append(Problem(_FIELD, image_types[0], "an image for arm64: those with GPUs are for x86-64 only", fix))
    unbootable = [name for name in instance_types if _is_unbootable(name, image_types)]
    found.extend(problem for name in unbootable for problem in unbootable_problems(name))
    return found


def image_count_problems(count: int) -> Sequence[Problem]:
    """Find more image types than an environment takes: one for types without GPUs and one for those with."""
    if count <= _MAX_IMAGES:
        return []
    return [Problem("ec2_configuration", f"{count} image types", f"1 or {_MAX_IMAGES}", "Leave the others out.")]


def blocked_image_problems(image_type: str) -> Sequence[Problem]:
    """Find an image type that Batch takes for no new environment any more."""
    if image_type not in {"ECS_AL2", "ECS_AL2_NVIDIA"}:
        return []
    newer = image_type.replace("AL2", "AL2023")
    allowed = f"an image of Amazon Linux 2023: Batch takes Amazon Linux 2 for no new one since {ECS_AL2_BLOCKED_SINCE}"
    return [Problem(_FIELD, image_type, allowed, f"Use {newer}.")]


def ended_image_problems(image_type: str) -> Sequence[Problem]:
    """Find an image type that AWS maintains no more."""
    if image_type not in {"EKS_AL2", "EKS_AL2_NVIDIA"}:
        return []
    newer = image_type.replace("AL2", "AL2023")
    allowed = f"an image of Amazon Linux 2023: Amazon Linux 2 on EKS has no security updates since {EKS_AL2_ENDED_ON}"
    return [Problem(_FIELD, image_type, allowed, f"Use {newer}.")]


def fixed_image_problems(where: str) -> Sequence[Problem]:
    """Find that hosts shall always get the newest image, although one is fixed.

    Args:
        where: What fixes it, such as `ImageId`.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResourceUpdate.html
    (updateToLatestImageVersion)
    """
    allowed = f"false, or no image in {where}: with one, Batch ignores the setting"
    return [Problem("update_to_latest_image_version", True, allowed, f"Leave one of the two out: it, or {where}.")]


def _all_arm(instance_types: Sequence[str]) -> bool:
    return all(architecture_of(name) is Architecture.ARM64 for name in instance_types)


def _is_unbootable(instance_type: str, image_types: Sequence[str]) -> bool:
    """Whether the image that Batch takes for the type is certain, and does not run on it."""
    if _AL2023_NEVER.match(instance_type):
        return set(image_types) <= {"ECS_AL2023", "EKS_AL2023"}
    for_gpus = {image for image in image_types if image.endswith(_WITH_GPUS)}
    return bool(_AL2023_NVIDIA_NEVER.match(instance_type)) and for_gpus == {"ECS_AL2023_NVIDIA"}
