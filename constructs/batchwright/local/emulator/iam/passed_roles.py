"""Roles that a request hands to a service: whoever asks needs iam:PassRole for each of them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PASS_ROLE: Final = "iam:PassRole"  # noqa: S105 - the name of an action
"""What passing a role is called in policies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedRole:
    """A role in a request.

    Attributes:
        arn: Its ARN.
        service: Principal of the service that will use it.
        actions: Actions of the request that pass it.
    """

    arn: str
    service: str
    actions: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passing:
    """Members that hold roles, wherever they stand in the requests of some actions."""

    members: frozenset[str]
    service: str
    actions: frozenset[str]


def _passing(members: str, service: str, *actions: str) -> _Passing:
    return _Passing(members=frozenset(members.split()), service=f"{service}.amazonaws.com", actions=frozenset(actions))


_ENVIRONMENTS = ("batch:CreateComputeEnvironment", "batch:UpdateComputeEnvironment")
# An environment's instance role is the name of an instance profile, and so no role that could be judged.
_PASSING: Mapping[str, tuple[_Passing, ...]] = {
    "batch": (
        _passing("jobRoleArn taskRoleArn executionRoleArn", "ecs-tasks", "batch:RegisterJobDefinition"),
        _passing("serviceRole", "batch", *_ENVIRONMENTS),
        _passing("spotIamFleetRole", "spotfleet", *_ENVIRONMENTS),
    ),
    "cloudformation": (
        _passing(
            "RoleARN",
            "cloudformation",
            "cloudformation:CreateStack",
            "cloudformation:UpdateStack",
            "cloudformation:DeleteStack",
            "cloudformation:CreateChangeSet",
        ),
    ),
    "ecs": (_passing("taskRoleArn executionRoleArn", "ecs-tasks", "ecs:RegisterTaskDefinition"),),
    "events": (_passing("RoleArn", "events", "events:PutRule", "events:PutTargets"),),
    "lambda": (_passing("Role", "lambda", "lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"),),
    "pipes": (_passing("RoleArn", "pipes", "pipes:CreatePipe", "pipes:UpdatePipe"),),
    "scheduler": (_passing("RoleArn", "scheduler", "scheduler:CreateSchedule", "scheduler:UpdateSchedule"),),
    "states": (_passing("roleArn", "states", "states:CreateStateMachine", "states:UpdateStateMachine"),),
}


def passed_roles(service: str, body: bytes) -> tuple[PassedRole, ...]:
    """Return the roles that a request names; which of its actions pass them stands in each.

    Args:
        service: The service that was asked.
        body: Body of the request: JSON, or a form.
    """
    known = _PASSING.get(service, ())
    request = _read(body) if known else None
    found = [
        PassedRole(arn=arn, service=one.service, actions=one.actions)
        for one in known
        for arn in _roles(request, one.members)
    ]
    return tuple(dict.fromkeys(found))


def _read(body: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(body or b"{}")
    except RecursionError:
        # The service does not read it either.
        return {}
    except ValueError:
        return parse_qs(body.decode(errors="replace"))


def _roles(value: Any, members: frozenset[str]) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        for item in value:
            yield from _roles(item, members)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in members:
                yield from (text for text in (item if isinstance(item, list) else [item]) if _is_role(text))
            else:
                yield from _roles(item, members)


def _is_role(value: object) -> bool:
    return isinstance(value, str) and value.startswith("arn:") and ":role/" in value
