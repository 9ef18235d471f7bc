"""Reads an asset manifest: which files and images a stack needs, and where the template expects them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.local.deployer.documents import document, mapping, text
from batchwright.local.deployer.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from batchwright.local.deployer.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAsset:
    """A file, or a folder that is zipped, and the object that it becomes.

    Attributes:
        source: The file or folder.
        zipped: Whether it is packaged as a zip.
        bucket: Bucket of the object.
        key: Key of the object.
    """

    source: Path
    zipped: bool
    bucket: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageAsset:
    """A folder with a Dockerfile and the name that its image gets.

    Attributes:
        folder: Build context.
        name: Image name with tag, exactly as the template names it.
        options: The manifest's build options (dockerFile, dockerBuildArgs, platform, ...).
    """

    folder: Path
    name: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetManifest:
    """The assets of a stack.

    Attributes:
        files: File assets.
        images: Docker image assets.
    """

    files: tuple[FileAsset, ...]
    images: tuple[ImageAsset, ...]

    @classmethod
    def read(cls, path: Path, target: Target) -> AssetManifest:
        """Read a manifest and fill in account and region.

        Raises:
            DeploymentError: an asset is made by a command; only the CDK CLI runs those.
        """
        manifest = document(path, what="asset manifest")
        files = [
            _file(path.parent, name, source, destination, target)
            for name, source, destination in _assets(manifest, "files", path)
        ]
        images = [
            _image(path.parent, name, source, destination, target)
            for name, source, destination in _assets(manifest, "dockerImages", path)
        ]
        return cls(files=tuple(files), images=tuple(images))


def _assets(
    manifest: Mapping[str, Any], kind: str, path: Path
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield the name, the source and each destination of the assets of a kind."""
    entries = mapping(manifest, kind, where=str(path))
    for name in entries:
        where = f"{path}, {name}"
        entry = mapping(entries, name, where=where)
        destinations = mapping(entry, "destinations", where=where)
        for key in destinations:
            yield name, mapping(entry, "source", where=where), mapping(destinations, key, where=where)


def _file(
    folder: Path, name: str, source: Mapping[str, Any], destination: Mapping[str, Any], target: Target
) -> FileAsset:
    if "path" not in source:
        raise _made_by_command(name)
    where = f"asset {name}"
    return FileAsset(
        source=folder / text(source, "path", where=where),
        zipped=source.get("packaging") == "zip",
        bucket=target.fill(text(destination, "bucketName", where=where)),
        key=target.fill(text(destination, "objectKey", where=where)),
    )


def _image(
    folder: Path, name: str, source: Mapping[str, Any], destination: Mapping[str, Any], target: Target
) -> ImageAsset:
    if "directory" not in source:
        raise _made_by_command(name)
    where = f"asset {name}"
    repository = target.fill(text(destination, "repositoryName", where=where))
    registry = f"{target.account}.dkr.ecr.{target.region}.amazonaws.com"
    options = {key: value for key, value in source.items() if key != "directory"}
    return ImageAsset(
        folder=folder / text(source, "directory", where=where),
        name=f"{registry}/{repository}:{target.fill(text(destination, 'imageTag', where=where))}",
        options=options,
    )


def _made_by_command(name: str) -> DeploymentError:
    return DeploymentError(
        f"asset {name} is made by a command of its own (executable), which only the CDK CLI runs: use cdk deploy"
    )
