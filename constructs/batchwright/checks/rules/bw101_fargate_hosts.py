"""BW101: an environment on Fargate says nothing about hosts, and has its subnets and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.settings import count, is_set, shown
from batchwright.model.fargate_environments import HOST_SETTINGS, host_setting_problems
from batchwright.model.placement import security_group_problems, subnet_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        if not environment.fargate:
            continue
        resource = environment.resource
        for name in HOST_SETTINGS:
            path = f"ComputeResources.{name}"
            if is_set(resource.get(path)):
                for problem in host_setting_problems(name, shown(resource.get(path))):
                    yield Violation(resource=resource, path=path, problem=problem)
        for name, judge in (("Subnets", subnet_problems), ("SecurityGroupIds", security_group_problems)):
            path = f"ComputeResources.{name}"
            number = count(resource.get(path))
            for problem in () if number is None else judge(number):
                yield Violation(resource=resource, path=path, problem=problem)


RULE: Final = Rule(
    id="BW101",
    severity=Severity.ERROR,
    title="An environment on Fargate has subnets and security groups, and nothing of hosts",
    what=(
        "Minimum and desired vCPUs, allocation strategy, instance types, launch template, bid, key pair and all else "
        "that the API calls not applicable to Fargate are left out; there are 1 to 16 subnets and 1 to 5 security "
        "groups. Silent on what is open."
    ),
    why="AWS refuses the environment when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html",
    check=_check,
)
