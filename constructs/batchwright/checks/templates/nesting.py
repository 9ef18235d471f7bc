"""Where the template of a nested stack is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from batchwright.checks.templates.values import Text

if TYPE_CHECKING:
    from pathlib import Path

    from batchwright.checks.templates.document import Document
    from batchwright.checks.templates.resource import Resource
    from batchwright.checks.templates.values import Value

_HASH: Final = re.compile(r"[0-9a-f]{64}")


def nested_path(parent: Document, resource: Resource, location: Value) -> Path | None:
    """Find the template of a nested stack, where it lies beside its parent or in the same cloud assembly.

    Args:
        parent: The template that nests it.
        resource: The nested stack.
        location: Its `TemplateURL`, worked out.

    Returns:
        The file; None when it is somewhere else.
    """
    path = _path(parent, resource, location)
    return None if path is None or not path.is_file() else path.resolve()


def nested_in(parent: Document, document: Document) -> Document:
    """A template as it is in a parent: for the same account and Region."""
    # The assembly lists the constructs of nested stacks with those of their parent.
    return replace(
        document,
        account=parent.account,
        region=parent.region,
        constructs=parent.constructs,
        assets=parent.assets,
    )


def _path(parent: Document, resource: Resource, location: Value) -> Path | None:
    if parent.path is None:
        return None
    folder = parent.path.parent
    asset = resource.metadata.get("aws:asset:path")
    if isinstance(asset, str) and "\0" not in asset:
        return folder / asset
    parts = location.parts if isinstance(location, Text) else (location,)
    for part in parts:
        for found in _HASH.findall(part) if isinstance(part, str) else []:
            if found in parent.assets:
                return parent.assets[found]
    if isinstance(location, str) and location and "://" not in location and "\0" not in location:
        return folder / location
    return None
