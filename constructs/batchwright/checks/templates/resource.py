"""One resource of a template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batchwright.checks.templates.values import ABSENT, Absent, Unknown, fields

if TYPE_CHECKING:
    from batchwright.checks.templates.values import Value


@dataclass(eq=False, slots=True, repr=False)
class Resource:
    """A resource, its properties worked out as far as the template fixes them. Compared by identity.

    Attributes:
        template: Name of the template: its file, or its stack.
        logical_id: Its key in `Resources`.
        type: Its CloudFormation type.
        properties: Its properties; filled in when the whole application has been read, as they may refer to others.
        metadata: Its `Metadata`, as written; worked out like the properties only under the key `batchwright`.
        depends_on: Logical ids in `DependsOn`.
        construct: Construct path (`aws:cdk:path`); empty where the template does not tell.
        conditional: Whether a condition decides at deployment if it exists.
    """

    template: str
    logical_id: str
    type: str
    properties: dict[str, Value] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    construct: str = ""
    conditional: bool = False

    def __repr__(self) -> str:
        # Without the properties: they refer to other resources, and those back.
        return f"Resource({self.type} {self.logical_id} of {self.template})"

    def get(self, path: str) -> Value | Absent:
        """Look a property up by its path, such as `ComputeResources.Type`.

        Returns:
            The value; `ABSENT` where the template does not set it; `Unknown` where it lies inside an open value.
        """
        found: Value | Absent = self.properties
        for name in path.split("."):
            if isinstance(found, dict):
                found = found.get(name, ABSENT)
                # CloudFormation takes `AWS::NoValue` and null for "not set"; the parser removes the first.
                found = ABSENT if found is None else found
            elif found is ABSENT:
                return ABSENT
            else:
                return Unknown(f"{name} of an open value")
        return found

    def has(self, path: str) -> bool:
        """Whether the template sets the property, to whatever value."""
        return self.get(path) is not ABSENT

    def object(self, path: str) -> dict[str, Value]:
        """Read an object; the empty one when it is absent or open."""
        return fields(self.get(path))
