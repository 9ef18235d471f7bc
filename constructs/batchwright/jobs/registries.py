"""Images of registries on the internet, and whether the environments of a queue have a way there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aws_cdk import Annotations

from batchwright.model.container_images import partial_registry_problems, registry_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from constructs import Construct

    from batchwright.images.job_image import JobImage
    from batchwright.model import Capacity, Problem

REGISTRY_WARNING: Final = "batchwright:registryOutOfReach"


def registries_problems(images: Mapping[str, JobImage], capacities: Sequence[Capacity]) -> Iterable[Problem]:
    """Find images that no environment of the queue could pull.

    Args:
        images: The images, by their fields' names, such as `containers[0].image`.
        capacities: What the environments that they may run on offer.
    """
    internet = [each.internet for each in capacities]
    for field, image in images.items():
        for problem in registry_problems(image.uri, internet):
            yield replace(problem, field=field)


def warn_of_registries(scope: Construct, images: Mapping[str, JobImage], capacities: Sequence[Capacity]) -> None:
    """Warn of images that some environments of the queue cannot pull: attempts that land there fail."""
    internet = [each.internet for each in capacities]
    for field, image in images.items():
        for problem in partial_registry_problems(image.uri, internet):
            Annotations.of(scope).add_warning_v2(REGISTRY_WARNING, str(replace(problem, field=field)))
