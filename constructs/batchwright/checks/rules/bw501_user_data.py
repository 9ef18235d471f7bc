"""BW501: user data of hosts is MIME multi-part, and short enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.host_images import chosen_by_batch
from batchwright.model.user_data import mime_problems, user_data_size_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchwright.checks.system import LaunchTemplate, System
    from batchwright.model import Problem

_PATH: Final = "LaunchTemplateData.UserData"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        if environment.eks or environment.kind not in {"EC2", "SPOT"}:
            continue
        own_image = chosen_by_batch(environment) is None
        for template in environment.launch_templates:
            for problem in _problems(template, own_image=own_image):
                yield Violation(resource=template.resource, path=_PATH, problem=problem)


def _problems(template: LaunchTemplate, *, own_image: bool) -> Sequence[Problem]:
    if template.user_data is not None:
        return [*mime_problems(template.user_data, own_image=own_image), *user_data_size_problems(template.user_data)]
    start = (template.user_data_start or "").lstrip()
    # Of a text in part open, only a beginning that settles it.
    return mime_problems(start, own_image=True) if start.startswith(("#", "<")) else []


RULE: Final = Rule(
    id="BW501",
    severity=Severity.ERROR,
    title="User data of hosts is MIME multi-part, and short enough",
    what=(
        "User data of the launch templates of EC2 and Spot environments on ECS. Under an image of your own only "
        "scripts and cloud-config are judged, and of user data with open parts only its beginning. Silent on EKS."
    ),
    why="Batch merges it with its own; it cannot with another form, and the environment becomes INVALID.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/launch-templates.html",
    check=_check,
)
