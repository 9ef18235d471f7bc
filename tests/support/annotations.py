"""Warnings of constructs, read from the cloud assembly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk

if TYPE_CHECKING:
    from collections.abc import Iterator


def warnings_of(stack: cdk.Stack) -> list[str]:
    """All warnings of a stack's constructs, as the CDK command line shows them."""
    app = stack.node.root
    assert isinstance(app, cdk.App)
    folder = Path(app.synth(force=True).directory)
    artifact = json.loads((folder / "manifest.json").read_text())["artifacts"][stack.artifact_id]
    return [str(entry["data"]) for entry in _entries(folder, artifact) if entry["type"] == "aws:cdk:warning"]


def _entries(folder: Path, artifact: dict) -> Iterator[dict]:  # type: ignore[type-arg]
    metadata = dict(artifact.get("metadata", {}))
    beside = artifact.get("additionalMetadataFile")
    if beside:
        metadata |= json.loads((folder / beside).read_text())
    for entries in metadata.values():
        yield from entries
