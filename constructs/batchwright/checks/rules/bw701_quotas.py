"""BW701: queues and environments of a template are within the quotas of a Region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import Reference, text
from batchwright.model.quotas import (
    MAX_EKS_ENVIRONMENTS,
    MAX_ENVIRONMENTS,
    MAX_QUEUES,
    eks_environment_count_problems,
    environment_count_problems,
    queue_count_problems,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from batchwright.checks.system import Environment, System
    from batchwright.checks.templates import Resource
    from batchwright.model import Problem

_CLUSTER: Final = "EksConfiguration.EksClusterArn"


def _check(system: System) -> Iterator[Violation]:
    queues = [(each.resource.template, each.resource) for each in system.queues]
    environments = [(each.resource.template, each.resource) for each in system.environments]
    clusters = [(key, each.resource) for each in system.environments if (key := _cluster(each)) is not None]
    yield from _over(queues, MAX_QUEUES, queue_count_problems)
    yield from _over(environments, MAX_ENVIRONMENTS, environment_count_problems)
    yield from _over(clusters, MAX_EKS_ENVIRONMENTS, eks_environment_count_problems, path=_CLUSTER)


def _over(
    found: Sequence[tuple[Hashable, Resource]],
    most: int,
    problems: Callable[[int], Sequence[Problem]],
    *,
    path: str = "",
) -> Iterator[Violation]:
    """Blame the first resource that is one too many; what a condition may leave out is not counted."""
    groups: dict[Hashable, list[Resource]] = {}
    for key, resource in found:
        if not resource.conditional:
            groups.setdefault(key, []).append(resource)
    for group in groups.values():
        for problem in problems(len(group)):
            yield Violation(resource=group[most], path=path, problem=problem)


def _cluster(environment: Environment) -> Hashable:
    value = environment.resource.get(_CLUSTER)
    return id(value.resource) if isinstance(value, Reference) else text(value)


RULE: Final = Rule(
    id="BW701",
    severity=Severity.ERROR,
    title="Queues and environments of a template are within the quotas of a Region",
    what=(
        "50 job queues and 50 compute environments in each template, whose resources are all in one Region, and 5 "
        "environments on each EKS cluster that is plain. Other templates, and what is there already, are not counted."
    ),
    why="AWS refuses the next one, and does not raise these quotas.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html",
    check=_check,
)
