"""References to container images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html (image)
MAX_IMAGE_LENGTH: Final = 255


def image_reference_problems(image: str) -> Sequence[Problem]:
    """Find an image reference that is too long."""
    if len(image) <= MAX_IMAGE_LENGTH:
        return []
    value = f"{image[:40]}... ({len(image)} characters)"
    fix = "Shorten the repository's name or the tag, or name the image by its digest."
    return [Problem("image", value, f"up to {MAX_IMAGE_LENGTH} characters", fix)]
