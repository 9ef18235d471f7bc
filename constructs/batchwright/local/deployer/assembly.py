"""Reads a cloud assembly: the folder that `cdk synth` writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchwright.local.deployer.documents import document, mapping, text
from batchwright.local.deployer.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_STACK = "aws:cloudformation:stack"
_ASSETS = "cdk:asset-manifest"
_NESTED = "cdk:cloud-assembly"
# Comes with aws-cdk-lib; its major version is that of the schema.
_SCHEMA_PACKAGE = "aws-cdk.cloud-assembly-schema"
_KNOWN_SCHEMA = 55
# Names of zones that the CDK makes up do no harm here: nothing stands in a zone.
_HARMLESS_LOOKUPS = frozenset({"availability-zones"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StackArtifact:
    """One stack of an assembly.

    Attributes:
        name: Name of the stack in CloudFormation.
        template: Its template.
        asset_manifests: Manifests of the assets that it needs.
        depends_on: Names of the stacks that have to be there first.
        parameters: Parameters that the assembly sets.
        tags: Tags of the stack.
    """

    name: str
    template: Path
    asset_manifests: tuple[Path, ...] = ()
    depends_on: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class CloudAssembly:
    """The stacks of a synthesized app, in an order in which they can be deployed.

    Raises:
        DeploymentError: the folder has no readable manifest.json, one of a newer CDK, no stacks, values that were not
            looked up, or stacks that depend on each other in a circle.
    """

    def __init__(self, folder: Path) -> None:
        found = list(_read(Path(folder)))
        if not found:
            raise DeploymentError(f"{folder} has no stacks: the app made none")
        self._stacks = {stack.name: stack for stack in _sorted(found)}

    @property
    def stacks(self) -> tuple[StackArtifact, ...]:
        """Every stack, dependencies first."""
        return tuple(self._stacks.values())

    def select(self, names: Iterable[str] | None) -> tuple[StackArtifact, ...]:
        """Return the named stacks and what they depend on, dependencies first; all stacks for None."""
        if names is None:
            return self.stacks
        wanted: set[str] = set()
        queue = list(names)
        while queue:
            name = queue.pop()
            if name not in self._stacks:
                known = ", ".join(self._stacks) or "none"
                raise DeploymentError(f"stacks: there is no stack {name!r} in the assembly; it has: {known}")
            if name not in wanted:
                wanted.add(name)
                queue.extend(self._stacks[name].depends_on)
        return tuple(stack for stack in self.stacks if stack.name in wanted)


def _read(folder: Path) -> Iterator[StackArtifact]:
    path = folder / "manifest.json"
    if not path.is_file():
        raise DeploymentError(
            f"{folder} is no cloud assembly: it has no manifest.json; synthesize the app first (cdk synth)"
        )
    manifest = document(path, what="manifest")
    _refuse_newer(path, manifest)
    _refuse_missing(path, manifest)
    artifacts = mapping(manifest, "artifacts", where=str(path))
    for identifier in artifacts:
        artifact = mapping(artifacts, identifier, where=str(path))
        where = f"{path}, {identifier}"
        if artifact.get("type") == _NESTED:
            yield from _read(folder / text(mapping(artifact, "properties", where=where), "directoryName", where=where))
        elif artifact.get("type") == _STACK:
            yield _stack(folder, identifier, artifact, artifacts)


def _refuse_newer(path: Path, manifest: Mapping[str, Any]) -> None:
    """Like the CDK CLI, take no schema that came after the one that is known here."""
    schema, known = str(manifest.get("version", "")), _newest_schema()
    major = schema.partition(".")[0]
    if major.isdecimal() and int(major) > known:
        raise DeploymentError(
            f"{path} has schema version {schema}, and {known} is the newest that the local AWS knows: a newer CDK "
            "wrote it. Update aws-cdk-lib and batchwright here, or synthesize the app with the aws-cdk-lib that is "
            "installed here"
        )


def _newest_schema() -> int:
    """Return the newest version of cloud assemblies that is known: that of the CDK that is installed here."""
    try:
        return int(metadata.version(_SCHEMA_PACKAGE).partition(".")[0])
    except (metadata.PackageNotFoundError, ValueError):
        return _KNOWN_SCHEMA


def _refuse_missing(path: Path, manifest: Mapping[str, Any]) -> None:
    """In the place of what was not looked up stand values that the CDK made up."""
    missing = [entry for entry in manifest.get("missing") or [] if isinstance(entry, dict)]
    keys = [str(entry.get("key")) for entry in missing if entry.get("provider") not in _HARMLESS_LOOKUPS]
    if keys:
        raise DeploymentError(
            f"{path}: values that the app looks up are missing ({', '.join(keys)}). Synthesize it with `cdk synth` and "
            "the variables of `batchwright local env`, which looks them up here, or write them to cdk.context.json"
        )


def _stack(
    folder: Path, identifier: str, artifact: Mapping[str, Any], artifacts: Mapping[str, Mapping[str, Any]]
) -> StackArtifact:
    where = f"{folder / 'manifest.json'}, {identifier}"
    properties = mapping(artifact, "properties", where=where)
    manifests: list[Path] = []
    stacks: list[str] = []
    for name in artifact.get("dependencies") or []:
        dependency = mapping(artifacts, name, where=where)
        if dependency.get("type") == _ASSETS:
            assets = f"{folder / 'manifest.json'}, {name}"
            manifests.append(folder / text(mapping(dependency, "properties", where=assets), "file", where=assets))
        elif dependency.get("type") == _STACK:
            stacks.append(_stack_name(name, dependency))
    return StackArtifact(
        name=_stack_name(identifier, artifact),
        template=folder / text(properties, "templateFile", where=where),
        asset_manifests=tuple(manifests),
        depends_on=tuple(stacks),
        parameters=mapping(properties, "parameters", where=where),
        tags=mapping(properties, "tags", where=where),
    )


def _stack_name(identifier: str, artifact: Mapping[str, Any]) -> str:
    return str((artifact.get("properties") or {}).get("stackName") or identifier)


def _sorted(stacks: list[StackArtifact]) -> Iterator[StackArtifact]:
    waiting = {stack.name: stack for stack in stacks}
    while waiting:
        ready = [stack for stack in waiting.values() if not any(name in waiting for name in stack.depends_on)]
        if not ready:
            raise DeploymentError(f"the stacks depend on each other in a circle: {', '.join(waiting)}")
        for stack in ready:
            del waiting[stack.name]
            yield stack
