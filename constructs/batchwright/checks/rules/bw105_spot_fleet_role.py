"""BW105: a Spot environment with BEST_FIT has a Spot Fleet role that can tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import ABSENT, Text, items, text
from batchwright.checks.views.roles import role_of
from batchwright.checks.views.settings import constant, is_set
from batchwright.model.strategies import fleet_policy_problems, fleet_role_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System
    from batchwright.checks.templates import Resource, Value


_PATH: Final = "ComputeResources.SpotIamFleetRole"
# What may give a role more than it says itself.
_ATTACHING: Final = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        if environment.kind != "SPOT" or environment.eks:
            continue
        resource = environment.resource
        strategy = constant(resource.get("ComputeResources.AllocationStrategy"), absent="")
        if resource.get(_PATH) is ABSENT and strategy is not None:
            for problem in fleet_role_problems(strategy=strategy or None):
                yield Violation(resource=resource, path=_PATH, problem=problem)
        if is_set(resource.get("ComputeResources.Tags")):
            for policy in _only_policy(role_of(resource.get(_PATH)), system):
                for problem in fleet_policy_problems(policy):
                    yield Violation(resource=resource, path=_PATH, problem=problem)


def _only_policy(role: Resource | None, system: System) -> list[str]:
    """The name of the AWS policy that is all a role has; nothing when there may be more."""
    if role is None or role.has("Policies") or any(map(system.of_type, _ATTACHING)):
        return []
    listed = items(role.get("ManagedPolicyArns"))
    return [_name(policy) for policy in listed] if len(listed) == 1 else []


def _name(policy: Value) -> str:
    last = policy.parts[-1] if isinstance(policy, Text) else policy
    return (text(last) or "").rpartition("/")[2]


RULE: Final = Rule(
    id="BW105",
    severity=Severity.ERROR,
    title="A Spot environment with BEST_FIT has a Spot Fleet role",
    what=(
        "With BEST_FIT, or without a strategy, SpotIamFleetRole is set; and where instances are tagged, a role of the"
        " application has not just AmazonEC2SpotFleetRole. Silent when the strategy is open, and when the role may "
        "have other policies."
    ),
    why="The environment is INVALID, or its instances are launched without their tags.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html",
    check=_check,
)
