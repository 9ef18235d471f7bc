"""BW315: a job on EKS has none of the settings that only ECS has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, pods
from batchwright.checks.templates import flag, items, text
from batchwright.model.eks import eks_refused_setting_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        resource = definition.resource
        if not any(pods(resource)):
            continue
        platforms = [name for name in map(text, items(resource.get("PlatformCapabilities"))) if name]
        if platforms:
            fix = "Leave it out; the queue's environments say where it runs."
            problems = eks_refused_setting_problems("platform_capabilities", ", ".join(platforms), fix=fix)
            yield from at(resource, "PlatformCapabilities", problems)
        if flag(resource.get("PropagateTags")):
            fix = "Leave it out; set labels of the pod instead."
            problems = eks_refused_setting_problems("propagate_tags", True, fix=fix)
            yield from at(resource, "PropagateTags", problems)


RULE: Final = Rule(
    id="BW315",
    severity=Severity.ERROR,
    title="A job on EKS names no platform and propagates no tags",
    what="A job definition with `EksProperties` has no `PlatformCapabilities` and does not set `PropagateTags`. "
    "Silent on what is open, empty or false.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html",
    check=_check,
)
