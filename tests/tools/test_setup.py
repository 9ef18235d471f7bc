"""The shell programs that find Python and make the virtual environment, and the Makefile's own help."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.programs import TOOLS

if TYPE_CHECKING:
    from pathlib import Path

    from support.programs import RunTool


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def old_python(tmp_path: Path) -> Path:
    """Says that it is Python 3.9."""
    return program(tmp_path, "python3", 'case "$*" in *print*) echo 3.9 ;; *) exit 1 ;; esac')


def test_the_python_that_the_user_names_is_used(run_tool: RunTool) -> None:
    assert run_tool("lib/find-python", PYTHON=sys.executable).stdout.strip() == sys.executable


def test_a_python_too_old_is_named_with_its_version(run_tool: RunTool, old_python: Path) -> None:
    refused = run_tool("lib/find-python", PYTHON=str(old_python))
    assert refused.returncode == 1
    assert f"found: {old_python} (3.9)" in refused.stderr
    assert "make PYTHON=" in refused.stderr


def test_no_python_at_all(run_tool: RunTool, tmp_path: Path) -> None:
    refused = run_tool("lib/find-python", PYTHON=str(tmp_path / "missing"))
    assert refused.returncode == 1
    assert "Python 3.11 or newer is needed; found: none" in refused.stderr


def test_a_newer_python_beside_an_old_one_is_found(run_tool: RunTool, old_python: Path, tmp_path: Path) -> None:
    newer = program(tmp_path, "python3.12", f'exec {sys.executable} "$@"')
    found = run_tool("lib/find-python", PATH=f"{tmp_path}:/usr/bin:/bin", PYTHON="")
    assert found.stdout.strip() == str(newer)
    assert old_python.exists()


def test_an_environment_that_works_is_kept(run_tool: RunTool, tmp_path: Path) -> None:
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    (tmp_path / "mine").touch()
    assert run_tool("lib/make-venv", str(tmp_path), PYTHON=str(tmp_path / "missing")).returncode == 0
    assert (tmp_path / "mine").exists()


def test_programs_of_a_checkout_that_is_not_set_up_say_so(tmp_path: Path) -> None:
    shutil.copytree(TOOLS, tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("cdk", "lib/in-venv"):
        refused = subprocess.run([tmp_path / "tools" / name, "x"], capture_output=True, text=True, check=False)
        assert refused.returncode == 1
        assert "Run this first: make setup" in refused.stderr


def test_make_alone_lists_the_targets() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    shown = subprocess.run([make, "-C", str(TOOLS.parent)], capture_output=True, text=True, check=True).stdout
    for target in ("setup", "demo", "test", "test-unit", "check", "bench", "snapshots", "lock", "clean"):
        assert f"  {target} " in shown
