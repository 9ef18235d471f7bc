"""BW601: the hosts' role lets them join the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import Reference, items
from batchwright.checks.views.roles import Permissions, role_of, trusted_services
from batchwright.model.permissions import host_role_problems, trust_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Environment, System
    from batchwright.checks.templates import Resource

_PROFILE: Final = "AWS::IAM::InstanceProfile"


def _check(system: System) -> Iterator[Violation]:
    permissions = Permissions(system)
    for environment in system.environments:
        if environment.eks or environment.kind not in {"EC2", "SPOT"}:
            continue
        role = _role(environment)
        if role is None:
            continue
        for problem in host_role_problems(permissions.of(role)):
            yield Violation(resource=role, path="ManagedPolicyArns", problem=problem)
        for problem in trust_problems("instance_role", "ec2.amazonaws.com", trusted_services(role)):
            yield Violation(resource=role, path="AssumeRolePolicyDocument", problem=problem)


def _role(environment: Environment) -> Resource | None:
    profile = environment.resource.get("ComputeResources.InstanceRole")
    if not isinstance(profile, Reference) or profile.resource.type != _PROFILE:
        return None
    roles = items(profile.resource.get("Roles"))
    return role_of(roles[0]) if len(roles) == 1 else None


RULE: Final = Rule(
    id="BW601",
    severity=Severity.ERROR,
    title="The hosts' role lets them join the environment",
    what=(
        "The role in the instance profile of EC2 and Spot environments on ECS: it trusts `ec2.amazonaws.com`, and is "
        "allowed what the ECS agent needs, by AWS's policy `AmazonEC2ContainerServiceforEC2Role` or by statements of "
        "the application. Silent when the role or one of its policies is from outside, unless AWS's own policies are "
        "known not to allow it."
    ),
    why="Hosts start, are billed and never join: jobs stay RUNNABLE for ever.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/instance_IAM_role.html",
    check=_check,
)
