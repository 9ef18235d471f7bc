"""BW107: machine images run on the environment's instance types, and have what these need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.host_images import chosen_by_batch, has_own_start
from batchwright.model.host_images import image_type_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        images = chosen_by_batch(environment)
        if not images or not environment.instance_types or has_own_start(environment):
            continue
        for problem in image_type_problems(environment.instance_types, [image.type for image in images]):
            path = images[0].path if problem.field == "image_type" else "ComputeResources.InstanceTypes"
            yield Violation(resource=environment.resource, path=path, problem=problem)


RULE: Final = Rule(
    id="BW107",
    severity=Severity.ERROR,
    title="Machine images suit the instance types",
    what=(
        "An environment of GPU types only has an NVIDIA image type, one of arm64 types only has not only that, and "
        "Amazon Linux 2023 is not asked for on A1, nor with NVIDIA on P3 and G3. Silent where the environment has or "
        "may have an image or user data of its own, and where GPU types stand among others."
    ),
    why="AWS refuses the environment, its hosts do not start, or jobs that ask for a GPU stay RUNNABLE for ever.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html",
    check=_check,
)
