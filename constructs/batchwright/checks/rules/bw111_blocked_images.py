"""BW111: no image of Amazon Linux 2 for ECS, and at most two image types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.host_images import chosen_by_batch
from batchwright.checks.views.settings import count
from batchwright.model.host_images import blocked_image_problems, image_count_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


_PATH: Final = "ComputeResources.Ec2Configuration"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        number = count(environment.resource.get(_PATH))
        for problem in () if number is None or environment.fargate else image_count_problems(number):
            yield Violation(resource=environment.resource, path=_PATH, problem=problem)
        for image in chosen_by_batch(environment) or ():
            for problem in blocked_image_problems(image.type):
                yield Violation(resource=environment.resource, path=image.path, problem=problem)


RULE: Final = Rule(
    id="BW111",
    severity=Severity.ERROR,
    title="Hosts on ECS do not ask for Batch's images of Amazon Linux 2",
    what=(
        "Image types are at most two, and none is ECS_AL2 or ECS_AL2_NVIDIA. Silent where the environment has or may "
        "have an image of its own. A template does not tell whether the environment exists already: one that does "
        "goes on running."
    ),
    why="Batch takes no new environment with its images of Amazon Linux 2 since 2026-06-30.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html",
    check=_check,
)
