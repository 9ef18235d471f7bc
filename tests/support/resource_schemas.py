"""The properties that CloudFormation knows of a resource type, from the schemas that cfn-lint carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

if TYPE_CHECKING:
    from collections.abc import Iterator

_REGION: Final = "us-east-1"


def settable(resource_type: str) -> set[str]:
    """Every property that a template may set, without lists' indices: `ComputeResources.Ec2Configuration.ImageType`."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, resource_type).schema
    read_only = {pointer.removeprefix("/properties/") for pointer in schema.get("readOnlyProperties", [])}
    leaves = {".".join(path) for path in _leaves(schema, schema, (), frozenset())}
    return {leaf for leaf in leaves if leaf.replace(".", "/") not in read_only}


def used(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:  # noqa: ANN401
    """Every property path that stands in the properties of a resource, and all above it."""
    if isinstance(value, list):
        for item in value:
            yield from used(item, path)
        return
    yield ".".join(path)
    if isinstance(value, dict) and not any(key == "Ref" or key.startswith("Fn::") for key in value):
        for key, inner in value.items():
            yield from used(inner, (*path, key))


def _leaves(
    schema: dict[str, Any], node: dict[str, Any], path: tuple[str, ...], above: frozenset[str]
) -> Iterator[tuple[str, ...]]:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name not in above:
            yield from _leaves(schema, schema["definitions"][name], path, above | {name})
    elif "properties" in node:
        for key, inner in node["properties"].items():
            yield from _leaves(schema, inner, (*path, key), above)
    elif "items" in node:
        yield from _leaves(schema, node["items"], path, above)
    else:
        yield path
