"""Finds the queues, environments and job definitions that a workload names."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from batchwright.checks.templates import text
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batchwright.checks.templates import Resource
    from batchwright.local.engine import BatchError

_LAST: tuple[str, ...] = ("Resource", "Default")
"""What the CDK calls the resource inside of a construct."""


# The local engine words some refusals as AWS does, with a number that is another each time.
_REQUEST: Final = re.compile(r"^Error executing request, Exception : (.*?), RequestId: \S+$", re.DOTALL)


def refusal(error: BatchError) -> str:
    """Return what an engine refuses, without what belongs to the one request."""
    found = _REQUEST.match(error.message)
    return (error.message if found is None else found[1]).rstrip(".")


def label_of(resource: Resource) -> str:
    """Return what a person calls a resource: its construct path, or its logical id."""
    return _path(resource) or resource.logical_id


def engine_names(resources: Iterable[Resource]) -> dict[Resource, str]:
    """Name the resources for the engine: by their logical id, which two stacks may share."""
    found: dict[Resource, str] = {}
    taken: set[str] = set()
    for resource in resources:
        number = 1
        name = resource.logical_id[:100]
        while name in taken:
            number += 1
            name = f"{resource.logical_id[:100]}-{number}"
        taken.add(name)
        found[resource] = name
    return found


class Finder:
    """Looks resources of one kind up.

    Args:
        kind: For messages, such as `job queue`.
        resources: All of that kind.
        name_property: The property with a name of the user's own.
    """

    def __init__(self, kind: str, resources: Sequence[Resource], name_property: str) -> None:
        self._kind = kind
        self._resources = resources
        self._name_property = name_property

    def find(self, wanted: str | None, field: str) -> tuple[Resource | None, Sequence[Problem]]:
        """Return the resource with this logical id, name or construct path (or the end of it), or the problem.

        Without a name the only resource of the kind is meant.
        """
        found = [each for each in self._resources if wanted is None or self._is(each, wanted)]
        exact = [each for each in found if wanted in (each.logical_id, _path(each), each.construct)]
        found = exact or found
        if len(found) == 1:
            return found[0], []
        labels = [label_of(each) for each in found or self._resources]
        if len(found) > 1:
            allowed = f"the logical id, construct path or name of one {self._kind}: {', '.join(labels)}"
            return None, [Problem(field, wanted, allowed, f"Use {labels[0]!r}.")]
        if not self._resources:
            return None, [Problem(field, wanted, f"a {self._kind} of the templates", "They have none; add a template.")]
        near = difflib.get_close_matches(wanted or "", labels, n=1, cutoff=0.0)
        allowed = f"a {self._kind} of the templates: {', '.join(labels)}"
        return None, [Problem(field, wanted, allowed, f"Use {(near or labels)[0]!r}.")]

    def _is(self, resource: Resource, wanted: str) -> bool:
        named = text(resource.properties.get(self._name_property))
        ends_so = f"/{_path(resource)}".endswith(f"/{wanted.strip('/')}")
        return ends_so or wanted in (resource.logical_id, resource.construct, named)


def _path(resource: Resource) -> str:
    head, _, last = resource.construct.rpartition("/")
    return head if last in _LAST else resource.construct
