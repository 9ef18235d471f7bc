"""BW602: job roles and execution roles trust ECS tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import fields, items
from batchwright.checks.views.roles import role_of, trusted_services
from batchwright.model.permissions import trust_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Definition, System
    from batchwright.checks.templates import Value

_FIELDS: Final = {"ExecutionRoleArn": "execution_role", "JobRoleArn": "job_role", "TaskRoleArn": "job_role"}


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for holder in _holders(definition):
            for name, field in _FIELDS.items():
                role = role_of(holder.get(name))
                services = None if role is None else trusted_services(role)
                for problem in trust_problems(field, "ecs-tasks.amazonaws.com", services):
                    if role is not None:
                        yield Violation(resource=role, path="AssumeRolePolicyDocument", problem=problem)


def _holders(definition: Definition) -> Iterator[dict[str, Value]]:
    """Objects of a definition that name roles."""
    for container in definition.containers:
        if container.shape in {"container", "node"}:
            yield container.properties
    ranges = items(definition.resource.get("NodeProperties.NodeRangeProperties"))
    for properties in [
        definition.resource.get("EcsProperties"),
        *(fields(each).get("EcsProperties") for each in ranges),
    ]:
        for task in items(fields(properties).get("TaskProperties")):
            yield fields(task)


RULE: Final = Rule(
    id="BW602",
    severity=Severity.ERROR,
    title="Job roles and execution roles trust ECS tasks",
    what="The trust policies of the roles that job definitions name, where they are in the application and plain.",
    why="ECS cannot take the role on, and no attempt starts.",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html",
    check=_check,
)
