"""State machines that submit jobs, with what their roles may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.checks.templates import fields
from batchwright.checks.views.roles import Permissions, role_of
from batchwright.checks.views.texts import flattened, may_be_absent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Submission, System
    from batchwright.checks.templates import Resource
    from batchwright.model.permissions import Grants

_ROLE: Final = {"AWS::StepFunctions::StateMachine": "RoleArn", "AWS::Serverless::StateMachine": "Role"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitter:
    """A state machine whose role is in the application.

    Attributes:
        role: Its role.
        grants: What the role may do at most.
        waits: Whether a state waits for its job (`submitJob.sync`).
        tags: Whether a state gives its job tags.
    """

    role: Resource
    grants: Grants
    waits: bool
    tags: bool


def submitters(system: System) -> Iterator[Submitter]:
    """All state machines that submit jobs with a role of the application."""
    states: dict[int, list[Submission]] = {}
    for submission in system.submissions:
        # A state with credentials submits with another role.
        if submission.kind == "state" and "Credentials" not in submission.state:
            states.setdefault(id(submission.resource), []).append(submission)
    permissions = Permissions(system)
    for submissions in states.values():
        machine = submissions[0].resource
        role = role_of(machine.get(_ROLE.get(machine.type, "RoleArn")))
        if role is not None:
            yield Submitter(
                role=role,
                grants=permissions.of(role),
                waits=any(map(_waits, submissions)),
                tags=any(map(_has_tags, submissions)),
            )


def _waits(submission: Submission) -> bool:
    return flattened(submission.state.get("Resource")).endswith("batch:submitJob.sync")


def _has_tags(submission: Submission) -> bool:
    return not all(map(may_be_absent, fields(submission.request.get("Tags")).values()))
