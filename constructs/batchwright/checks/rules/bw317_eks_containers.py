"""BW317: a pod has at most ten containers of each sort."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, known_count, pods
from batchwright.model.eks import eks_container_count_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System

_LISTS: Final = {"Containers": "containers", "InitContainers": "init_containers"}


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for path, pod in pods(definition.resource):
            for key, field in _LISTS.items():
                problems = eks_container_count_problems(known_count(pod.get(key)), field=field)
                yield from at(definition.resource, f"{path}.{key}", problems)


RULE: Final = Rule(
    id="BW317",
    severity=Severity.ERROR,
    title="A pod has ten containers and ten init containers at most",
    what="`Containers` and `InitContainers` of a pod have ten items each at most. Items that are open are not counted.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_EksPodProperties.html",
    check=_check,
)
