"""Which environments a queue can be put over, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model import Capacity, Platform, Problem
from batchwright.model.managed_instances import KIND as MANAGED_INSTANCES
from batchwright.model.queues import (
    environment_count_problems,
    mixed_architecture_problems,
    mixed_orchestrator_problems,
    mixed_platform_problems,
    spot_order_problems,
)
from batchwright.places import place_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batchwright.contracts import ComputeEnvironment


def environment_problems(environments: Sequence[ComputeEnvironment], scope: Construct) -> Sequence[Problem]:
    """Find what is no list of environments, and what AWS refuses or would strand jobs; `scope` is the queue's."""
    field, fix = "environments", "Use [spot, on_demand]."
    if not isinstance(environments, list | tuple):
        return [Problem(field, environments, "a list of environments", fix)]
    offers = [getattr(environment, "capacity", None) for environment in environments]
    wrong = [each for each, offer in zip(environments, offers, strict=True) if not isinstance(offer, Capacity)]
    if wrong:
        return [Problem(field, each, "compute environments", fix) for each in wrong]
    capacities = [offer for offer in offers if isinstance(offer, Capacity)]
    architectures = [each.architecture for each in capacities if each.architecture is not None]
    eks = [each.platform is Platform.EKS for each in capacities]
    managed = bool(capacities) and all(each.kind == MANAGED_INSTANCES for each in capacities)
    places = [place_problems(f"{field}[{number}]", scope, each) for number, each in enumerate(environments)]
    return [
        *(problem for found in places for problem in found),
        *environment_count_problems(len(capacities)),
        *mixed_platform_problems(each.kind for each in capacities),
        *mixed_orchestrator_problems(ecs=False in eks, eks=True in eks),
        *mixed_architecture_problems(architectures),
        *spot_order_problems([each.is_spot for each in capacities] if managed else []),
    ]
