"""IAM policies: which actions they allow, and which ones Batch and Step Functions need."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Without these a host never joins the cluster, or never reports a job's end; AmazonEC2ContainerServiceforEC2Role has
# them. Source: https://docs.aws.amazon.com/batch/latest/userguide/instance_IAM_role.html
HOST_ACTIONS: Final = (
    "ecs:DiscoverPollEndpoint",
    "ecs:Poll",
    "ecs:RegisterContainerInstance",
    "ecs:SubmitContainerStateChange",
    "ecs:SubmitTaskStateChange",
)
HOST_POLICY: Final = "service-role/AmazonEC2ContainerServiceforEC2Role"

# Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
SUBMIT_ACTIONS: Final = ("batch:SubmitJob",)
WAIT_ACTIONS: Final = ("events:DescribeRule", "events:PutRule", "events:PutTargets")
FOLLOW_ACTIONS: Final = ("batch:DescribeJobs", "batch:TerminateJob")
TAG_ACTIONS: Final = ("batch:TagResource",)

_ADMINISTRATOR: Final = ("*",)
# AWS's own policies that are often attached to these roles, by what follows `policy/` in their ARN, with the actions
# that matter here. Any other one may allow anything.
_KNOWN_POLICIES: Final[dict[str, tuple[str, ...]]] = {
    "AdministratorAccess": _ADMINISTRATOR,
    "PowerUserAccess": _ADMINISTRATOR,
    HOST_POLICY: HOST_ACTIONS,
    "AmazonECS_FullAccess": ("ecs:*", "events:*"),
    "AmazonEC2ContainerRegistryFullAccess": (),
    "AmazonEC2ContainerRegistryPowerUser": (),
    "AmazonEC2ContainerRegistryReadOnly": (),
    "AmazonS3FullAccess": (),
    "AmazonS3ReadOnlyAccess": (),
    "AmazonSSMManagedInstanceCore": (),
    "AWSXrayWriteOnlyAccess": (),
    "AWSXRayDaemonWriteAccess": (),
    "CloudWatchLogsFullAccess": (),
    "service-role/AmazonECSTaskExecutionRolePolicy": (),
    "service-role/AWSLambdaBasicExecutionRole": (),
    "service-role/AWSLambdaRole": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """What a role may do at most, whatever resources and conditions its statements name.

    Attributes:
        allowed: Patterns of actions, such as `batch:Submit*`.
        complete: Whether these are all; False when a policy is not known.
    """

    allowed: tuple[str, ...] = ()
    complete: bool = True


def aws_policy_actions(name: str) -> Sequence[str] | None:
    """Actions of one of AWS's own policies, as far as they matter to Batch; None when it is not known.

    Args:
        name: What follows `policy/` in its ARN.
    """
    return _KNOWN_POLICIES.get(name)


def missing_actions(needed: Iterable[str], grants: Grants) -> tuple[str, ...]:
    """List actions that are certainly not allowed; none when a policy of the role is not known."""
    if not grants.complete:
        return ()
    return tuple(action for action in needed if not any(_matches(each, action) for each in grants.allowed))


def host_role_problems(grants: Grants) -> Sequence[Problem]:
    """Find an instance role with which hosts cannot join the environment."""
    missing = missing_actions(HOST_ACTIONS, grants)
    if not missing:
        return []
    fix = f"Attach AWS's policy {HOST_POLICY}."
    return [Problem("instance_role", f"without {', '.join(missing)}", "a role that may join an ECS cluster", fix)]


def trust_problems(field: str, service: str, services: Iterable[str] | None) -> Sequence[Problem]:
    """Find a role that the service which uses it cannot take on.

    Args:
        field: Where the role is named.
        service: The service, such as `ecs-tasks.amazonaws.com`.
        services: Those that its trust policy names, or `*`; None when open.
    """
    if services is None:
        return []
    trusted = list(services)
    if any(each in {service, "*"} for each in trusted):
        return []
    value = f"trusts {', '.join(trusted) or 'no service'}"
    return [Problem(field, value, f"a role that trusts {service}", f"Add {service} to its trust policy.")]


def state_machine_role_problems(needed: Iterable[str], grants: Grants) -> Sequence[Problem]:
    """Find a state machine's role that cannot do what its states ask of Batch."""
    missing = missing_actions(needed, grants)
    if not missing:
        return []
    return [Problem("role", f"without {', '.join(missing)}", "a role that may do it", f"Allow {', '.join(missing)}.")]


@cache
def _matches(pattern: str, action: str) -> bool:
    # In IAM a bracket is itself.
    return fnmatchcase(action.lower(), pattern.lower().replace("[", "[[]"))
