"""Properties of a template as a request of the API, with something in the place of what a deployment decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from batchwright.checks.templates import Reference, Text, flag, is_open, number, text
from batchwright.local.engine.api.requests import service_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.checks.templates import Resource

OPEN: Final = "decided-when-deployed"
_LEFT_OUT: Final = object()


class ApiRequests:
    """Makes requests of properties.

    Args:
        names: Name in the engine of each Batch resource, for the references to it.
    """

    def __init__(self, names: Mapping[Resource, str]) -> None:
        self._names = names

    def of(self, operation: str, resource: Resource) -> dict[str, Any]:
        """Return the members of an operation that a resource's properties give, without the tags.

        Names, images and the like that are known only at deployment become a text; numbers and choices are left out.
        """
        shape = service_model().operation_model(operation).input_shape
        properties = {key: value for key, value in resource.properties.items() if key != "Tags"}
        found: dict[str, Any] = self._value(shape, properties)
        return found

    def _value(self, shape: Shape | None, value: object) -> Any:  # noqa: ANN401 - JSON
        if is_open(value):
            return self._open(shape, value)
        if isinstance(shape, StructureShape) and isinstance(value, dict):
            members = {name.lower(): name for name in shape.members}
            return _present(
                {
                    members[key.lower()]: self._value(shape.members[members[key.lower()]], item)
                    for key, item in value.items()
                    if key.lower() in members and item is not None
                }
            )
        if isinstance(shape, ListShape):
            items = value if isinstance(value, list) else [value]
            return [found for item in items if (found := self._value(shape.member, item)) is not _LEFT_OUT]
        if isinstance(shape, MapShape) and isinstance(value, dict):
            return _present({key: self._value(shape.value, item) for key, item in value.items()})
        return _scalar(shape, value)

    def _open(self, shape: Shape | None, value: object) -> Any:  # noqa: ANN401 - JSON
        if isinstance(shape, ListShape):
            found = self._open(shape.member, value)
            return found if found is _LEFT_OUT else [found]
        if not isinstance(shape, StringShape) or shape.enum:
            return _LEFT_OUT
        if isinstance(value, Reference):
            return self._names.get(value.resource, OPEN)
        if isinstance(value, Text):
            return "".join(part if isinstance(part, str) else str(self._open(shape, part)) for part in value.parts)
        return OPEN


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not _LEFT_OUT}


def _scalar(shape: Shape | None, value: object) -> Any:  # noqa: ANN401 - JSON
    kind = "string" if shape is None else shape.type_name
    if kind in ("integer", "long", "float", "double"):
        found = number(value)
        return _LEFT_OUT if found is None else int(found) if kind in ("integer", "long") else found
    if kind == "boolean":
        return flag(value)
    return value if text(value) is None else text(value)
