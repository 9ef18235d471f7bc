"""The members of the AWS Batch API as botocore knows them, and what `docs/batch-api` says of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from batchwright.local.engine.api.requests import service_model
from tools.batch_api_page import Operation, Row, operations

Path = tuple[str, ...]


def leaves(shape: Shape | None, path: Path = (), within: tuple[str, ...] = ()) -> Iterator[tuple[Path, Shape]]:
    """Members that are no structures themselves, by their path; a structure within itself is not entered again."""
    inner = shape
    while isinstance(inner, ListShape | MapShape):
        inner = inner.member if isinstance(inner, ListShape) else inner.value
    if shape is None or (isinstance(inner, StructureShape) and inner.name in within):
        return
    if not isinstance(inner, StructureShape):
        yield path, shape
        return
    for name, member in inner.members.items():
        yield from leaves(member, (*path, name), (*within, inner.name))


@cache
def request_leaves(operation: str) -> Mapping[str, Shape]:
    """Members of an operation's request by their path."""
    return {".".join(path): shape for path, shape in leaves(service_model().operation_model(operation).input_shape)}


@cache
def response_leaves(operation: str) -> frozenset[str]:
    """Paths of the members of an operation's response."""
    return frozenset(".".join(path) for path, _ in leaves(service_model().operation_model(operation).output_shape))


@cache
def described() -> Mapping[str, Operation]:
    """The operations of the page, by their names."""
    return {operation.name: operation for group in operations().values() for operation in group}


def covers(name: str, leaf: str) -> bool:
    """Say whether a name of the page stands for a member."""
    return name in (leaf, "*") or (name.endswith(".*") and leaf.startswith(name[:-1]))


def members_of(operation: str, row: Row) -> Iterator[tuple[str, str]]:
    """The members that a row answers for, each with the name that stands for it."""
    for leaf in request_leaves(operation):
        found = _row_of(operation, leaf)
        if found is not None and found[0] is row:
            yield leaf, found[1]


def answer(operation: str, leaf: str) -> str | None:
    """What the page says of a member, None when it is silent or sends to a member that does not exist."""
    found = _row_of(operation, leaf) if leaf in request_leaves(operation) else None
    if found is None:
        return None
    row, name = found
    if not row.like:
        return row.answer
    return answer(*_target(row, name, leaf))


def values_at(value: Any, path: str) -> list[Any]:  # noqa: ANN401
    """The values at a path of a response, in all entries of lists and maps on its way."""
    found = [value]
    for name in path.split("."):
        found = [one[name] for each in found for one in _entries(each) if isinstance(one, Mapping) and name in one]
    return found


def _entries(value: Any) -> list[Any]:  # noqa: ANN401
    return [inner for one in value for inner in _entries(one)] if isinstance(value, list) else [value]


def _row_of(operation: str, leaf: str) -> tuple[Row, str] | None:
    names = [(name, row) for row in described()[operation].rows for name in row.names if covers(name, leaf)]
    if not names:
        return None
    # The closest name has the say: the member's own, else that of the innermost structure.
    name, row = max(names, key=lambda found: (not found[0].endswith("*"), len(found[0])))
    return row, name


def _target(row: Row, name: str, leaf: str) -> tuple[str, str]:
    operation, _, prefix = row.like.partition(".")
    rest = leaf[len(name.removesuffix("*")) :] if name.endswith("*") else ""
    if prefix.endswith("*"):
        return operation, prefix[:-1] + rest
    last = name.removesuffix(".*").rpartition(".")[2]
    return operation, ".".join(part for part in (prefix, last, rest) if part)
