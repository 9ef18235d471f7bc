"""Refusals in the words of the API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.model.problems import Problem

_UNDERSCORE: Final = re.compile(r"_([a-z])")


def refuse(where: str, problems: Sequence[Problem]) -> None:
    """Raise BatchError with all of these problems; do nothing when there is none."""
    if problems:
        texts = (f"{_camel(p.field)} is {p.value!r}, but allowed is {p.allowed}" for p in problems)
        raise BatchError(f"{where}: {'; '.join(texts)}.")


def only_one(request: Mapping[str, Any], members: Sequence[str], where: str) -> str:
    """Return the one of these members that is given, or raise BatchError."""
    given = [member for member in members if request.get(member)]
    if len(given) != 1:
        raise BatchError(f"{where} must have one of {', '.join(members)}, but has {' and '.join(given) or 'none'}.")
    return given[0]


def unique_names(names: Sequence[str], where: str) -> None:
    """Raise BatchError when two containers have the same name."""
    if len(set(names)) < len(names):
        raise BatchError(f"{where}: each container must have a name of its own, but they have {', '.join(names)}.")


def check_environment(variables: Sequence[Mapping[str, str]]) -> None:
    """Raise BatchError for a variable whose name is reserved."""
    for variable in variables:
        if variable.get("name", "").startswith("AWS_BATCH"):
            raise BatchError(f"Environment variable {variable['name']} must not start with AWS_BATCH: reserved.")


def needs_members(entry: Mapping[str, Any], members: Sequence[str], where: str) -> None:
    """Raise BatchError for an entry that lacks a member which the API's own model does not ask for."""
    if missing := [member for member in members if not entry.get(member)]:
        raise BatchError(f"{where} must have {' and '.join(missing)}.")


def check_mounts(
    points: Sequence[Mapping[str, Any]], volumes: Sequence[str], *, members: tuple[str, str], where: str
) -> None:
    """Raise BatchError for a mount without a path, or of a volume that is not there.

    `members` are what the API calls the volume and the path.
    """
    for point in points:
        needs_members(point, members, where)
        if point[members[0]] not in volumes:
            raise BatchError(f"{where} names the volume {point[members[0]]!r}, which is not in volumes.")


def _camel(name: str) -> str:
    if name == "unmanaged_vcpus":
        return "unmanagedvCpus"
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


def check_needs(properties: Mapping[str, Any] | None) -> None:
    """Raise BatchError for a consumable resource without a name, named twice, or of which nothing is needed."""
    entries: Sequence[Mapping[str, Any]] = (properties or {}).get("consumableResourceList", ())
    names = [entry.get("consumableResource") for entry in entries]
    if not all(names) or len(set(names)) < len(names):
        raise BatchError("consumableResourceList: each entry must name a consumable resource of its own.")
    for entry in entries:
        if entry.get("quantity", 0) < 1:
            raise BatchError(f"consumableResourceList: quantity must be at least 1, but is {entry.get('quantity')}.")
