"""Checks a request against AWS's own model of the service, as botocore ships it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.loaders
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from batchwright.local.engine.errors import not_executed

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def service_model() -> ServiceModel:
    """Return the model of AWS Batch (read once, about a tenth of a second)."""
    return ServiceModel(botocore.loaders.Loader().load_service_model("batch", "service-2"), "batch")


def clean_request(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a request with whole numbers as integers (a state machine may write 3.0), after checking it.

    Raises:
        BatchError: Members are missing, unknown, of another type, or not one of the allowed words.
    """
    shape = service_model().operation_model(operation).input_shape
    if shape is None:
        return {}
    cleaned: dict[str, Any] = _copied(shape, request)
    report = ParamValidator().validate(cleaned, shape)
    if report.has_errors():
        raise not_executed(report.generate_report())
    for problem in _wrong_words(shape, cleaned, ""):
        raise not_executed(problem)
    return cleaned


def _copied(shape: Shape | None, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        # A member that is null counts as not given.
        return {name: _copied(_shape_in(shape, name), item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_copied(shape.member if isinstance(shape, ListShape) else None, item) for item in value]
    if isinstance(value, float) and shape is not None and shape.type_name in ("integer", "long") and value.is_integer():
        return int(value)
    return value


def _shape_in(shape: Shape | None, name: str) -> Shape | None:
    if isinstance(shape, StructureShape):
        return shape.members.get(name)
    return shape.value if isinstance(shape, MapShape) else None


def _wrong_words(shape: Shape, value: Any, where: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(shape, StructureShape):
        for name, item in value.items():
            yield from _wrong_words(shape.members[name], item, f"{where}.{name}" if where else name)
    elif isinstance(shape, ListShape):
        for position, item in enumerate(value):
            yield from _wrong_words(shape.member, item, f"{where}[{position}]")
    elif isinstance(shape, MapShape):
        for name, item in value.items():
            yield from _wrong_words(shape.value, item, f"{where}.{name}")
    elif isinstance(shape, StringShape) and shape.enum and value.upper() not in {word.upper() for word in shape.enum}:
        # Case is ignored: AWS takes "managed" and "retry" too.
        yield f"{where} is {value!r}, but must be one of {', '.join(shape.enum)}"
