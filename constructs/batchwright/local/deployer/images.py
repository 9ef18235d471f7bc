"""Makes Docker image assets available to jobs: built in the engine, or registered as programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Protocol

from batchwright.local.deployer.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from batchwright.local.deployer.assets import ImageAsset

_BUILD_SECONDS = 3600
_INSPECT_SECONDS = 60
_OUTPUT_LINES = 60


class Programs(Protocol):
    """Where process jobs look up what an image runs."""

    def register(self, image_name: str, folder: Path) -> object:
        """Remember the folder of an image."""
        ...


class ImagePublisher(Protocol):
    """Makes an image available under its name."""

    def publish(self, asset: ImageAsset) -> None:
        """Make one image available."""
        ...


class DockerImages:
    """Builds images with `docker build`, under the very name that the template uses; nothing is pushed.

    An image whose name the engine has already is not built again: its tag is a hash of its content.

    Args:
        host: The engine that runs the jobs, as in DOCKER_HOST; by default the one that the command finds itself, which
            may be another: it follows `docker context`.
    """

    def __init__(self, *, host: str | None = None) -> None:
        self._environment = {**os.environ, "DOCKER_HOST": host} if host else None

    def publish(self, asset: ImageAsset) -> None:
        """Build one image.

        Raises:
            DeploymentError: there is no docker command, or the build failed; the text has the build's last lines.
        """
        docker = shutil.which("docker")
        if docker is None:
            raise DeploymentError(f"image {asset.name} has to be built, and there is no docker command on PATH")
        if self._exists(docker, asset.name):
            return
        command = [docker, "build", "--tag", asset.name, *_options(asset), str(asset.folder)]
        try:
            built = subprocess.run(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=_BUILD_SECONDS,
                check=False,
                env=self._environment,
            )
        except subprocess.TimeoutExpired as error:
            raise DeploymentError(f"the build of {asset.folder} did not end within {_BUILD_SECONDS} s") from error
        if built.returncode != 0:
            output = "\n".join(built.stdout.splitlines()[-_OUTPUT_LINES:])
            message = f"the image of {asset.folder} could not be built (exit code {built.returncode}):\n{output}"
            raise DeploymentError(message)

    def _exists(self, docker: str, name: str) -> bool:
        command = [docker, "image", "inspect", "--format", "{{.Id}}", name]
        try:
            found = subprocess.run(
                command, capture_output=True, timeout=_INSPECT_SECONDS, check=False, env=self._environment
            )
        except subprocess.TimeoutExpired as error:
            raise DeploymentError(f"the Docker engine did not answer within {_INSPECT_SECONDS} s") from error
        return found.returncode == 0


class ProcessImages:
    """Registers the folders of images as programs, for jobs that run as processes."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs

    def publish(self, asset: ImageAsset) -> None:
        """Register one image.

        Raises:
            DeploymentError: the folder does not say how its program runs.
        """
        if not (asset.folder / "process.json").is_file():
            message = (
                f"image {asset.name} ({asset.folder}) can only run with Docker, and no Docker engine is used. Start an "
                'engine, or add process.json to the folder: {"command": ["python", "-m", "program"], '
                '"requirements": "requirements.txt", "path": ["src"]}'
            )
            raise DeploymentError(message)
        self._programs.register(asset.name, asset.folder)


class UnusedImages:
    """Leaves images alone, for a runner of the caller's own that does not look at them."""

    def publish(self, asset: ImageAsset) -> None:
        """Do nothing."""


# https://docs.aws.amazon.com/cdk/api/v2/docs/@aws-cdk_cloud-assembly-schema.DockerImageSource.html
_SINGLE = {"dockerBuildTarget": "--target", "networkMode": "--network", "platform": "--platform"}
_PAIRS = {"dockerBuildArgs": "--build-arg", "dockerBuildContexts": "--build-context"}


def _options(asset: ImageAsset) -> Iterator[str]:
    for name, value in asset.options.items():
        yield from _option(asset, name, value)


def _option(asset: ImageAsset, name: str, value: Any) -> Iterator[str]:  # noqa: ANN401, C901 - one branch an option
    if name == "dockerFile":
        yield from ("--file", str(asset.folder / value))
    elif name in _SINGLE:
        yield from (_SINGLE[name], str(value))
    elif name in _PAIRS:
        for key, item in value.items():
            yield from (_PAIRS[name], f"{key}={item}")
    elif name == "dockerBuildSecrets":
        for key, item in value.items():
            yield from ("--secret", f"id={key},{item}")
    elif name == "dockerBuildSsh":
        yield from ("--ssh", str(value))
    elif name == "cacheDisabled":
        if value:
            yield "--no-cache"
    elif name == "cacheFrom":
        for cache in value:
            yield from ("--cache-from", _cache(cache))
    elif name == "cacheTo":
        yield from ("--cache-to", _cache(value))
    elif name == "dockerOutputs":
        for output in value:
            yield from ("--output", str(output))
    else:
        raise DeploymentError(f"image asset {asset.folder} has the option {name}, which this deployer does not know")


def _cache(option: dict[str, Any]) -> str:
    parameters = "".join(f",{key}={value}" for key, value in (option.get("params") or {}).items())
    return f"type={option['type']}{parameters}"
