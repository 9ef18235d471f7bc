"""Cloud assemblies: what the CDK (in any language) leaves in `cdk.out`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from batchwright.checks.errors import InputError
from batchwright.checks.templates.documents import parse, read_document, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from batchwright.checks.templates.document import Document

_PLACE: Final = re.compile(r"aws://([^/]+)/([^/]+)")
_FIX: Final = "Give the folder that `cdk synth` writes, or a template."


def assembly_documents(folder: Path, *, depth: int = 0) -> Iterator[Document]:
    """Read the templates of all stacks of an assembly, those of its stages too.

    Raises:
        InputError: The folder is no cloud assembly, or one of its files is broken.
    """
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise InputError(folder, "there is no manifest.json in this folder, so it is not a cloud assembly", _FIX)
    artifacts = _objects(_read(manifest).get("artifacts"))
    assets = _assets(folder, artifacts)
    for artifact_id, artifact in artifacts.items():
        properties = _object(artifact.get("properties"))
        if artifact.get("type") == "aws:cloudformation:stack":
            yield _stack(folder, artifact_id, artifact, assets)
        elif artifact.get("type") == "cdk:cloud-assembly" and depth < 10:
            yield from assembly_documents(_file(folder, properties.get("directoryName"), manifest), depth=depth + 1)


def _stack(folder: Path, artifact_id: str, artifact: dict[str, object], assets: dict[str, Path]) -> Document:
    properties = _object(artifact.get("properties"))
    path = _file(folder, properties.get("templateFile"), folder / "manifest.json")
    place = _PLACE.fullmatch(str(artifact.get("environment")))
    account, region = place.groups() if place else ("unknown-account", "unknown-region")
    name = properties.get("stackName")
    return replace(
        read_document(path, name=str(path)),
        account=None if account == "unknown-account" else account,
        region=None if region == "unknown-region" else region,
        stack_name=name if isinstance(name, str) else artifact_id,
        parameters=_object(properties.get("parameters")),
        constructs=_constructs(folder, artifact),
        assets=assets,
    )


def _constructs(folder: Path, artifact: dict[str, object]) -> dict[str, str]:
    """Construct paths by logical id; an id that several have (in nested stacks) tells nothing."""
    metadata = dict(_object(artifact.get("metadata")))
    more = artifact.get("additionalMetadataFile")
    if isinstance(more, str) and "\0" not in more and (folder / more).is_file():
        metadata |= _read(folder / more)
    found: dict[str, str] = {}
    for path, entries in metadata.items():
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and entry.get("type") == "aws:cdk:logicalId":
                logical_id = str(entry.get("data"))
                found[logical_id] = "" if logical_id in found else path.lstrip("/")
    return found


def _assets(folder: Path, artifacts: dict[str, dict[str, object]]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for artifact in artifacts.values():
        if artifact.get("type") != "cdk:asset-manifest":
            continue
        path = _file(folder, _object(artifact.get("properties")).get("file"), folder / "manifest.json")
        for asset, entry in _objects(_read(path).get("files")).items():
            source = _object(entry.get("source")).get("path")
            if isinstance(source, str) and "\0" not in source:
                found[asset] = folder / source
    return found


def _file(folder: Path, name: object, manifest: Path) -> Path:
    if not isinstance(name, str) or not name or "\0" in name:
        raise InputError(manifest, f"it names no file but {name!r}", _FIX)
    return folder / name


def _read(path: Path) -> dict[str, object]:
    name = str(path)
    found = parse(read_text(path, name=name), name=name, json_only=True)
    if not isinstance(found, dict):
        raise InputError(name, "it is not an object", _FIX)
    return found


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> dict[str, dict[str, object]]:
    return {name: each for name, each in _object(value).items() if isinstance(each, dict)}
