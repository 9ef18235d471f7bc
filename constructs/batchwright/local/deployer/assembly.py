"""Reads a cloud assembly: the folder that `cdk synth` writes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchwright.local.deployer.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_STACK = "aws:cloudformation:stack"
_ASSETS = "cdk:asset-manifest"
_NESTED = "cdk:cloud-assembly"


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
        DeploymentError: the folder has no readable manifest.json, or the stacks depend on each other in a circle.
    """

    def __init__(self, folder: Path) -> None:
        found = list(_read(Path(folder)))
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
    manifest = folder / "manifest.json"
    try:
        artifacts: dict[str, dict[str, Any]] = json.loads(manifest.read_text(encoding="utf-8")).get("artifacts", {})
    except FileNotFoundError:
        message = f"{folder} is no cloud assembly: it has no manifest.json; synthesize the app first (cdk synth)"
        raise DeploymentError(message) from None
    except ValueError as error:
        raise DeploymentError(f"{manifest} is not valid JSON: {error}") from error
    for identifier, artifact in artifacts.items():
        properties = artifact.get("properties") or {}
        if artifact.get("type") == _NESTED:
            yield from _read(folder / properties["directoryName"])
        elif artifact.get("type") == _STACK:
            yield _stack(folder, identifier, artifact, artifacts)


def _stack(
    folder: Path, identifier: str, artifact: Mapping[str, Any], artifacts: Mapping[str, Mapping[str, Any]]
) -> StackArtifact:
    properties = artifact.get("properties") or {}
    manifests: list[Path] = []
    stacks: list[str] = []
    for name in artifact.get("dependencies") or []:
        dependency = artifacts.get(name, {})
        if dependency.get("type") == _ASSETS:
            manifests.append(folder / dependency["properties"]["file"])
        elif dependency.get("type") == _STACK:
            stacks.append(_stack_name(name, dependency))
    return StackArtifact(
        name=_stack_name(identifier, artifact),
        template=folder / properties["templateFile"],
        asset_manifests=tuple(manifests),
        depends_on=tuple(stacks),
        parameters=dict(properties.get("parameters") or {}),
        tags=dict(properties.get("tags") or {}),
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
