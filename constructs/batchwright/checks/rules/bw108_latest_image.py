"""BW108: hosts that shall get the newest image are not given a certain one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import flag
from batchwright.checks.views.host_images import fixed_by
from batchwright.model.host_images import fixed_image_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


_PATH: Final = "ComputeResources.UpdateToLatestImageVersion"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        fixed = fixed_by(environment)
        if not flag(environment.resource.get(_PATH)) or fixed is None:
            continue
        for problem in fixed_image_problems(fixed):
            yield Violation(resource=environment.resource, path=_PATH, problem=problem)


RULE: Final = Rule(
    id="BW108",
    severity=Severity.WARNING,
    title="UpdateToLatestImageVersion stands without an image of your own",
    what=(
        "It is not true where ImageId, ImageIdOverride or the launch template names an image. Silent when that is "
        "open, and when the launch template is not of the application or has overrides."
    ),
    why="AWS ignores the setting: hosts keep the old image, without security updates.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResourceUpdate.html",
    check=_check,
)
