"""Fixtures: a recording AWS, a process runner, a Docker runner."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING
from uuid import uuid4

import docker
import pytest
from local.runners.harness import RecordingAws, left_behind

from batchwright.local.runners.docker.runner import DockerRunner
from batchwright.local.runners.process.programs import ProgramRegistry
from batchwright.local.runners.process.runner import ProcessRunner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDPOINT = "http://127.0.0.1:4566"


@pytest.fixture
def aws() -> RecordingAws:
    return RecordingAws()


@pytest.fixture
def programs(tmp_path: Path) -> ProgramRegistry:
    """`image` runs its command as Python code; `shell` as a shell line."""
    registry = ProgramRegistry()
    for name, command in (("image", [sys.executable, "-c"]), ("shell", ["sh", "-c"]), ("none", ["no-such-program"])):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "process.json").write_text(json.dumps({"command": command, "path": ["src"]}))
        registry.register(name, folder)
    return registry


@pytest.fixture
def process_runner(aws: RecordingAws, programs: ProgramRegistry, tmp_path: Path) -> Iterator[ProcessRunner]:
    runner = ProcessRunner(
        client=aws.client,
        region="us-east-1",
        endpoint=ENDPOINT,
        programs=programs,
        max_processes=2,
        cache=tmp_path / "cache",
        connect=aws.connect,
    )
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def image() -> str:
    """The base image of the repository's own images, which `make test` provides."""
    name = "debian:trixie-slim"
    engine = docker.from_env()
    try:
        engine.images.get(name)
    except docker.errors.ImageNotFound:
        pytest.skip(f"{name} is not in the Docker engine; tools/base-image provides it")
    finally:
        engine.close()
    return name


@pytest.fixture
def label() -> str:
    return f"test-{uuid4().hex}"


@pytest.fixture
def docker_runner(aws: RecordingAws, label: str) -> Iterator[DockerRunner]:
    runner = DockerRunner(
        client=aws.client,
        region="us-east-1",
        endpoint=ENDPOINT,
        label=label,
        max_containers=4,
        connect=aws.connect,
    )
    yield runner
    runner.close()
    assert left_behind(label) == []
