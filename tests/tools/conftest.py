"""Runs the programs of tools/ as a user does, away from any engine of this machine."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.programs import TOOLS

if TYPE_CHECKING:
    from pathlib import Path

    from support.programs import RunTool


@pytest.fixture
def without_engine(tmp_path: Path) -> dict[str, str]:
    """An environment in which no engine answers and none is started."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "BATCHWRIGHT_", "MAKE"))
    }
    return {
        **kept,
        "DOCKER_HOST": f"unix://{tmp_path}/nothing-here.sock",
        "BATCHWRIGHT_ENGINE_DIR": str(tmp_path / "engine"),
    }


@pytest.fixture
def run_tool(without_engine: dict[str, str]) -> RunTool:
    """See RunTool."""

    def run(name: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(TOOLS / name), *arguments],
            env={**without_engine, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run
