"""BW321: a job definition is not too large."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at
from batchwright.checks.templates import Text
from batchwright.model.definition_size import definition_size_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System

# CloudFormation's own; and tags, of which AWS does not say whether they count.
_NOT_COUNTED: Final = frozenset({"ResourceRetentionPolicy", "Tags"})


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        properties = definition.resource.properties
        counted = {name: value for name, value in properties.items() if name not in _NOT_COUNTED}
        yield from at(definition.resource, "", definition_size_problems(_known_bytes(counted)))


def _known_bytes(value: object) -> int:
    """Bytes of a value as compact JSON, what is open counted as nothing."""
    total, left = 0, [value]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            total += 2 + max(0, len(part) - 1) + len(part)
            left += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            total += 2 + max(0, len(part) - 1)
            left += part
        elif isinstance(part, Text):
            left += [piece for piece in part.parts if isinstance(piece, str)]
        elif isinstance(part, str):
            total += len(encode_basestring(part).encode(errors="replace"))
        elif isinstance(part, bool | int | float):
            total += len(repr(part))
    return total


RULE: Final = Rule(
    id="BW321",
    severity=Severity.ERROR,
    title="A job definition has 24 KiB at most",
    what="What is known of a job definition, written as compact JSON without its tags, has 24 KiB at most.",
    why="AWS refuses larger ones when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html",
    check=_check,
)
