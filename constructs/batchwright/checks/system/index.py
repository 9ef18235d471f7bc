"""Finds the resource that a value names: by reference, by name or by ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from batchwright.checks.templates import Reference, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from batchwright.checks.templates import Absent, Resource, Value

    Name: TypeAlias = "str | Text | Unknown"

_NAMES: Final[Mapping[str, str]] = {
    "AWS::Batch::ComputeEnvironment": "ComputeEnvironmentName",
    "AWS::Batch::ConsumableResource": "ConsumableResourceName",
    "AWS::Batch::JobDefinition": "JobDefinitionName",
    "AWS::Batch::JobQueue": "JobQueueName",
    "AWS::Batch::SchedulingPolicy": "Name",
    "AWS::EC2::LaunchTemplate": "LaunchTemplateName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::Role": "RoleName",
}


class Index:
    """Resources by type and by name.

    Args:
        resources: All resources of the application.

    Attributes:
        by_type: Resources by CloudFormation type.
    """

    def __init__(self, resources: Collection[Resource]) -> None:
        self._by_name: dict[tuple[str, Name], list[Resource]] = {}
        self._known = frozenset(resources)
        grouped: dict[str, list[Resource]] = {}
        for resource in resources:
            grouped.setdefault(resource.type, []).append(resource)
            name = _name(resource.get(_NAMES[resource.type])) if resource.type in _NAMES else None
            if name is not None:
                self._by_name.setdefault((resource.type, name), []).append(resource)
        self.by_type = {kind: tuple(found) for kind, found in grouped.items()}

    def find(self, value: Value | Absent, kind: str, near: Resource) -> Resource | None:
        """Find the resource of a type that a value means.

        Args:
            value: `Ref`, `Fn::GetAtt`, an ARN (in parts) or a name. A job definition's revision (`name:3`) is never
                that of the template.
            kind: The resource type wanted.
            near: The resource that says so: of several with the name, the one in its template is meant.

        Returns:
            The resource; None when it is not of the application, or not certain.
        """
        if isinstance(value, Reference):
            # A resource that only a deployment makes can be referred to, but is not judged.
            return value.resource if value.resource.type == kind and value.resource in self._known else None
        if isinstance(value, Text):
            named = self._named(value, kind, near)
            return named or self._find_at_end(value, kind, near)
        if isinstance(value, str):
            return self._named(value.rpartition("/")[2], kind, near)
        return self._named(value, kind, near) if isinstance(value, Unknown) else None

    def _find_at_end(self, value: Text, kind: str, near: Resource) -> Resource | None:
        """Find what an ARN ends with: `...:job-queue/main`, or a name that is open."""
        before, last = value.parts[-2:]
        if isinstance(last, str):
            head, slash, name = last.rpartition("/")
            return self._named(name, kind, near) if slash and ":" in head else None
        if isinstance(before, str) and before.endswith("/"):
            return self.find(last, kind, near)
        return None

    def _named(self, name: Name, kind: str, near: Resource) -> Resource | None:
        found = self._by_name.get((kind, name), [])
        same = [each for each in found if each.template == near.template]
        # An open name means another text in another stack.
        chosen = same or (found if isinstance(name, str) else [])
        return chosen[0] if len(chosen) == 1 else None


def _name(value: Value | Absent) -> Name | None:
    """A name to find a resource by: plain, or open in a way that always gives the same text in one stack."""
    if isinstance(value, str):
        return value or None
    parts = value.parts if isinstance(value, Text) else (value,)
    for part in parts:
        steady = isinstance(part, Unknown) and part.reason.startswith(("AWS::", "parameter "))
        if not steady and not isinstance(part, str | Reference):
            return None
    return value if isinstance(value, Text | Unknown) else None
