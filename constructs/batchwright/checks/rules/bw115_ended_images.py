"""BW115: no image of Amazon Linux 2 for EKS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.host_images import chosen_by_batch
from batchwright.model.host_images import ended_image_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        for image in chosen_by_batch(environment) or ():
            for problem in ended_image_problems(image.type):
                yield Violation(resource=environment.resource, path=image.path, problem=problem)


RULE: Final = Rule(
    id="BW115",
    severity=Severity.WARNING,
    title="Hosts on EKS do not ask for images of Amazon Linux 2",
    what=(
        "No image type is EKS_AL2 or EKS_AL2_NVIDIA. Silent where the environment has or may have an image of its own."
    ),
    why="AWS ended its images of Amazon Linux 2 for EKS on 2025-11-26: hosts get no security updates.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html",
    check=_check,
)
