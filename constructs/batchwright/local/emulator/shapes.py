"""Changes the case of keys after the service model, and values to the type that it declares."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel, Shape


class UnknownMemberError(ValueError):
    """A key that the operation does not have."""

    def __init__(self, path: str, member: str) -> None:
        super().__init__(f"{path or 'the request'} has no member {member}")
        self.path = path
        self.member = member


@lru_cache(maxsize=256)
def operation(service: str, name: str) -> OperationModel:
    """Return the model of one operation, for example ("batch", "SubmitJob")."""
    model: OperationModel = _service_model(service).operation_model(name)
    return model


def request(service: str, name: str) -> Any:  # noqa: ANN401 - a shape; botocore's stubs leave its members out
    """Return the shape of an operation's request, None when it takes nothing."""
    return operation(service, name).input_shape


def answer(service: str, name: str) -> Any:  # noqa: ANN401 - a shape; botocore's stubs leave its members out
    """Return the shape of an operation's answer, None when it gives nothing."""
    return operation(service, name).output_shape


@lru_cache(maxsize=64)
def _service_model(service: str) -> Any:  # noqa: ANN401 - botocore's ServiceModel has no public stub
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    # Not by a session of botocore's: that would read the user's profile, and fail for one that does not exist.
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def operations(service: str) -> list[str]:
    """Return the names of all operations of a service."""
    return list(_service_model(service).operation_names)


def to_api(shape: Shape, value: Any, *, path: str = "") -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Return `value` with the keys of `shape` (found without regard to case) and the types of its members.

    Keys of maps, such as tags and parameters, stay as they are.

    Raises:
        UnknownMemberError: a structure has a key that the shape does not have.
    """
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return _structure(shape, value, path)
    if kind == "list":
        items = value if isinstance(value, list) else [value]
        return [to_api(shape.member, item, path=f"{path}[{index}]") for index, item in enumerate(items)]  # type: ignore[attr-defined]
    if kind == "map":
        return {key: to_api(shape.value, item, path=f"{path}.{key}") for key, item in _pairs(value).items()}  # type: ignore[attr-defined]
    return _scalar(kind, value)


def _structure(shape: Shape, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    members = {name.lower(): name for name in shape.members}  # type: ignore[attr-defined]
    result: dict[str, Any] = {}
    for key, item in value.items():
        name = members.get(key.lower())
        if name is None:
            raise UnknownMemberError(path, key)
        if item is not None:
            result[name] = to_api(shape.members[name], item, path=f"{path}.{key}".lstrip("."))  # type: ignore[attr-defined]
    return result


def _pairs(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a map, or CloudFormation's list of Key and Value
    if isinstance(value, list):
        return {str(entry["Key"]): entry["Value"] for entry in value}
    return dict(value)


def _scalar(kind: str, value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    if kind in ("integer", "long"):
        return int(float(value))
    if kind in ("float", "double"):
        return float(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind == "string" and not isinstance(value, str):
        return json.dumps(value) if isinstance(value, (dict, list, bool)) else str(value)
    if kind == "blob" and not isinstance(value, (str, bytes)):
        return json.dumps(value, separators=(",", ":")).encode()
    return value


def to_pascal(value: Any, shape: Shape | None) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Return an API answer with the keys of structures in PascalCase; keys of maps stay as they are."""
    if isinstance(value, dict):
        if shape is not None and shape.type_name == "map":
            return {key: to_pascal(item, shape.value) for key, item in value.items()}  # type: ignore[attr-defined]
        members = shape.members if shape is not None and shape.type_name == "structure" else {}  # type: ignore[attr-defined]
        return {key[:1].upper() + key[1:]: to_pascal(item, members.get(key)) for key, item in value.items()}
    if isinstance(value, list):
        member = shape.member if shape is not None and shape.type_name == "list" else None  # type: ignore[attr-defined]
        return [to_pascal(item, member) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "read"):
        return value.read().decode("utf-8", "replace")
    return value
