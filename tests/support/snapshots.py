"""Snapshots of templates: one JSON file each, sorted, without what changes by itself."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from support.synthesis import Template
from syrupy.extensions.json import JSONSnapshotExtension

if TYPE_CHECKING:
    from syrupy.types import SerializableData, SerializedData

_HASH = re.compile(r"[0-9a-f]{64}")


class TemplateSnapshot(JSONSnapshotExtension):
    """Writes `tests/__snapshots__/<test file>/<test>.json`."""

    def serialize(self, data: SerializableData, **_options: Any) -> SerializedData:  # noqa: ANN401 syrupy's
        """Write a template's resources."""
        return json.dumps(scrub(data), indent=2, sort_keys=True) + "\n"


def scrub(value: Any) -> Any:  # noqa: ANN401
    """Put HASH in the place of asset hashes, wherever they stand: keys of S3 objects, tags of images."""
    if isinstance(value, Template):
        return scrub({key: value.body[key] for key in ("Resources", "Outputs") if key in value.body})
    if isinstance(value, dict):
        return {key: scrub(item) for key, item in value.items() if key != "Metadata"}
    if isinstance(value, list):
        return [scrub(item) for item in value]
    return _HASH.sub("HASH", value) if isinstance(value, str) else value
