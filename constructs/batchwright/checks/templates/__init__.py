"""Templates: read from files or memory, with everything worked out that they fix."""

from batchwright.checks.templates.reading import read
from batchwright.checks.templates.resource import Resource
from batchwright.checks.templates.texts import joined, literal
from batchwright.checks.templates.values import (
    ABSENT,
    Absent,
    Encoded,
    Reference,
    Text,
    Unknown,
    Value,
    fields,
    flag,
    is_open,
    items,
    number,
    scalar,
    text,
)

__all__ = [
    "ABSENT",
    "Absent",
    "Encoded",
    "Reference",
    "Resource",
    "Text",
    "Unknown",
    "Value",
    "fields",
    "flag",
    "is_open",
    "items",
    "joined",
    "literal",
    "number",
    "read",
    "scalar",
    "text",
]
