"""BW506: hosts with EFA can reach each other through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.efa import has_efa, has_placement_group, open_to_itself, zone_count
from batchwright.model.efa import efa_network_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System

_PATHS: Final = {
    "placement_group": "ComputeResources.PlacementGroup",
    "security_groups": "ComputeResources.SecurityGroupIds",
    "subnets": "ComputeResources.Subnets",
}


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        if not has_efa(environment):
            continue
        problems = efa_network_problems(
            inbound_from_itself=open_to_itself(environment, system, inbound=True),
            outbound_to_itself=open_to_itself(environment, system, inbound=False),
            placement_group=has_placement_group(environment),
            zones=zone_count(environment),
        )
        for problem in problems:
            yield Violation(resource=environment.resource, path=_PATHS[problem.field], problem=problem)


RULE: Final = Rule(
    id="BW506",
    severity=Severity.WARNING,
    title="Hosts with EFA can reach each other through it",
    what=(
        "Environments whose launch template attaches an EFA interface: their security group allows all traffic from "
        "and to itself, by group and not by address, they name a placement group, and their subnets are in one zone. "
        "Silent on groups from outside the application; a reservation or Capacity Block stands for a placement group."
    ),
    why="Traffic between the nodes is dropped, or falls back to slower ways.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/efa.html",
    check=_check,
)
