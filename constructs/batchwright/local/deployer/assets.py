"""Reads an asset manifest: which files and images a stack needs, and where the template expects them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.local.deployer.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Mapping
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
        manifest = json.loads(path.read_text(encoding="utf-8"))
        files = [
            _file(path.parent, name, entry["source"], destination, target)
            for name, entry in (manifest.get("files") or {}).items()
            for destination in entry["destinations"].values()
        ]
        images = [
            _image(path.parent, name, entry["source"], destination, target)
            for name, entry in (manifest.get("dockerImages") or {}).items()
            for destination in entry["destinations"].values()
        ]
        return cls(files=tuple(files), images=tuple(images))


def _file(
    folder: Path, name: str, source: Mapping[str, Any], destination: Mapping[str, Any], target: Target
) -> FileAsset:
    if "path" not in source:
        raise _made_by_command(name)
    return FileAsset(
        source=folder / source["path"],
        zipped=source.get("packaging") == "zip",
        bucket=target.fill(destination["bucketName"]),
        key=target.fill(destination["objectKey"]),
    )


def _image(
    folder: Path, name: str, source: Mapping[str, Any], destination: Mapping[str, Any], target: Target
) -> ImageAsset:
    if "directory" not in source:
        raise _made_by_command(name)
    repository = target.fill(destination["repositoryName"])
    registry = f"{target.account}.dkr.ecr.{target.region}.amazonaws.com"
    options = {key: value for key, value in source.items() if key != "directory"}
    return ImageAsset(
        folder=folder / source["directory"],
        name=f"{registry}/{repository}:{target.fill(destination['imageTag'])}",
        options=options,
    )


def _made_by_command(name: str) -> DeploymentError:
    return DeploymentError(
        f"asset {name} is made by a command of its own (executable), which only the CDK CLI runs: use cdk deploy"
    )
