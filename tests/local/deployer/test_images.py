from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from support.assemblies import image_asset

from batchwright.local.deployer.assets import AssetManifest
from batchwright.local.deployer.errors import DeploymentError
from batchwright.local.deployer.images import DockerImages, ProcessImages
from batchwright.local.deployer.target import Target

if TYPE_CHECKING:
    from pathlib import Path

    from batchwright.local.deployer.assets import ImageAsset

NAME = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/cdk-hnb659fds-container-assets-123456789012-eu-west-1:abc"


class Registry:
    def __init__(self) -> None:
        self.found: dict[str, Path] = {}

    def register(self, image_name: str, folder: Path) -> None:
        self.found[image_name] = folder


def read(folder: Path, **options: object) -> ImageAsset:
    manifest = folder / "stack.assets.json"
    manifest.write_text(json.dumps({"dockerImages": image_asset("asset.abc", "abc", **options)}))
    (folder / "asset.abc").mkdir(exist_ok=True)
    return AssetManifest.read(manifest, Target(account="123456789012", region="eu-west-1")).images[0]


def fake_docker(folder: Path, monkeypatch: pytest.MonkeyPatch, *, known: bool = False, fails: bool = False) -> Path:
    """Put a `docker` on PATH that writes down how it was called."""
    log = folder / "calls"
    script = folder / "bin" / "docker"
    script.parent.mkdir()
    script.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {log}\n'
        f'echo "$DOCKER_HOST" >> {log}.engine\n'
        f'[ "$1" = image ] && exit {0 if known else 1}\n'
        f"echo 'Step 1/2 : FROM nowhere'; echo 'no such base' >&2; exit {1 if fails else 0}\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    return log


def test_the_name_is_the_one_in_the_template(tmp_path: Path) -> None:
    assert read(tmp_path).name == NAME


def test_an_image_is_built_with_all_its_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = fake_docker(tmp_path, monkeypatch)
    asset = read(
        tmp_path,
        dockerFile="Dockerfile.gpu",
        dockerBuildTarget="run",
        dockerBuildArgs={"A": "1"},
        platform="linux/arm64",
        networkMode="host",
        cacheDisabled=True,
        cacheFrom=[{"type": "registry", "params": {"ref": "x"}}],
    )

    DockerImages().publish(asset)

    folder = tmp_path / "asset.abc"
    assert log.read_text().splitlines()[1] == (
        f"build --tag {NAME} --file {folder}/Dockerfile.gpu --target run --build-arg A=1 --platform linux/arm64 "
        f"--network host --no-cache --cache-from type=registry,ref=x {folder}"
    )


def test_the_engine_is_the_one_that_runs_the_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = fake_docker(tmp_path, monkeypatch)
    monkeypatch.setenv("DOCKER_HOST", "unix:///other.sock")

    DockerImages(host="unix:///jobs.sock").publish(read(tmp_path))

    assert log.with_name("calls.engine").read_text().split() == ["unix:///jobs.sock"] * 2


def test_an_image_that_is_there_is_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = fake_docker(tmp_path, monkeypatch, known=True)

    DockerImages().publish(read(tmp_path))

    assert "build" not in log.read_text()


def test_a_failed_build_shows_its_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_docker(tmp_path, monkeypatch, fails=True)

    with pytest.raises(DeploymentError, match=r"could not be built \(exit code 1\):\nStep 1/2 : FROM nowhere\nno such"):
        DockerImages().publish(read(tmp_path))


def test_an_unknown_option_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_docker(tmp_path, monkeypatch)

    with pytest.raises(DeploymentError, match="has the option dockerBuildMagic"):
        DockerImages().publish(read(tmp_path, dockerBuildMagic=True))


def test_without_docker_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DeploymentError, match="there is no docker command on PATH"):
        DockerImages().publish(read(tmp_path))


def test_processes_need_to_know_how_the_image_runs(tmp_path: Path) -> None:
    registry = Registry()
    asset = read(tmp_path)

    with pytest.raises(DeploymentError, match=r"can only run with Docker.*process\.json"):
        ProcessImages(registry).publish(asset)

    (tmp_path / "asset.abc" / "process.json").write_text('{"command": ["python", "-c", "pass"]}')
    ProcessImages(registry).publish(asset)
    assert registry.found == {NAME: tmp_path / "asset.abc"}


def test_assets_made_by_a_command_are_refused(tmp_path: Path) -> None:
    manifest = tmp_path / "stack.assets.json"
    entry = {"source": {"executable": ["make"]}, "destinations": {"d": {"repositoryName": "r", "imageTag": "t"}}}
    manifest.write_text(json.dumps({"dockerImages": {"made": entry}}))

    with pytest.raises(DeploymentError, match="asset made is made by a command of its own"):
        AssetManifest.read(manifest, Target(account="123456789012", region="eu-west-1"))
