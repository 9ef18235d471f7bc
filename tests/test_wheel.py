"""The wheel, installed where no checkout is: everything that users write works with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from support.systems import ROOT, example_files

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.slow

MAX_WHEEL_BYTES = 2 * 1024 * 1024
SCRIPTS = ["app.py", *(f"examples/{path.name}" for path in example_files())]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT], cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment: the wheel, and what it requires, by links to what is installed here."""
    folder = tmp_path_factory.mktemp("environment")
    run([sys.executable, "-m", "venv", "--without-pip", folder], cwd=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    link_requirements(packages)
    interpreter = folder / "bin" / "python"
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        interpreter,
        "--disable-pip-version-check",
        "install",
    ]
    run([*pip, "--quiet", "--no-deps", "--no-index", wheel], cwd=folder)
    return interpreter


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's project: the stacks and the examples, without the library."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("stacks", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", folder)
    return folder


def run(command: Sequence[str | Path], *, cwd: Path, **environment: str) -> str:
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        command, cwd=cwd, env={**variables, **environment}, capture_output=True, text=True, check=False, timeout=300
    )
    assert result.returncode == 0, f"{command}\n{result.stdout[-3000:]}\n{result.stderr[-3000:]}"
    return result.stdout


def link_requirements(packages: Path) -> None:
    """Link the distributions that the package requires, and those that they require, into another environment."""
    waiting = [requirement for requirement in distribution("batchwright").requires or () if "extra" not in requirement]
    linked: set[str] = set()
    while waiting:
        requirement = Requirement(waiting.pop())
        if requirement.name in linked or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        linked.add(requirement.name)
        found = distribution(requirement.name)
        waiting += found.requires or ()
        link(found, packages)


def link(found: Distribution, packages: Path) -> None:
    for entry in {file.parts[0] for file in found.files or () if file.parts[0] not in {"..", "__pycache__"}}:
        if not (packages / entry).exists():
            (packages / entry).symlink_to(str(found.locate_file(entry)))


def synthesize(python: Path, folder: Path, script: str, outdir: Path) -> dict[str, object]:
    """Run a script and read its templates by file name."""
    run([python, script], cwd=folder, CDK_OUTDIR=str(outdir), CDK_VALIDATION="false")
    return {path.name: json.loads(path.read_text()) for path in outdir.glob("*.template.json")}


def test_only_the_library_and_what_it_ships_is_inside(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = [name for name in names if name.startswith("batchwright/_shipped/")]
    assert {name.split("/")[0] for name in names} == {"batchwright", f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"}
    assert {Path(name).parts[2] for name in shipped} == {"lambdas", "containers"}
    unwanted = ("tests/", "__pycache__", "_cache/", ".pyc", "conftest", "make_network", "requirements.in", ".ipynb")
    assert not [name for name in names if any(part in name for part in unwanted)]
    assert "batchwright/py.typed" in names
    assert "batchwright/model/instance_types.csv" in names
    assert wheel.stat().st_size < MAX_WHEEL_BYTES


def test_everything_that_the_checkout_ships_is_inside(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for kind in ("lambdas", "containers"):
        for folder in (path for path in (ROOT / kind).iterdir() if path.is_dir() and not path.name.startswith(".")):
            entry = "Dockerfile" if kind == "containers" else "handler.py"
            assert f"batchwright/_shipped/{kind}/{folder.name}/{entry}" in names


def test_no_checkout_is_in_sight(python: Path, project: Path) -> None:
    program = "import sys, batchwright; print(batchwright.__file__); print(sys.path)"
    file, path = run([python, "-c", program], cwd=project).splitlines()
    assert Path(file).is_relative_to(python.parents[1])
    assert str(ROOT / "constructs") not in path


def test_what_ships_is_found_in_the_wheel(python: Path, project: Path) -> None:
    program = (
        "from batchwright import container_folder, lambda_folder\n"
        "print(container_folder('embed') / 'Dockerfile', lambda_folder('split_manifest') / 'handler.py')"
    )
    for file in run([python, "-c", program], cwd=project).split():
        assert Path(file).is_file()
        assert "_shipped" in file
        assert Path(file).is_relative_to(python.parents[1])


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_renders_the_same_from_the_wheel(script: str, python: Path, project: Path, tmp_path: Path) -> None:
    installed = synthesize(python, project, script, tmp_path / "installed")
    assert installed
    # The hashes of images and functions are in it: the same bytes ship.
    assert installed == synthesize(Path(sys.executable), ROOT, script, tmp_path / "checkout")
