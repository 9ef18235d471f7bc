from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path

import pytest

from batchwright.local.runners.process.interpreters import Interpreters
from batchwright.local.runners.process.programs import ProgramRegistry


def folder_with(tmp_path: Path, content: object) -> Path:
    (tmp_path / "process.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return tmp_path


def test_a_folder_is_registered_under_its_image(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    content = {"command": ["python", "-m", "embed"], "requirements": "requirements.txt", "path": ["src"]}
    registry = ProgramRegistry()
    program = registry.register("repo:tag", folder_with(tmp_path, content))
    assert registry.find("repo:tag") == program
    assert registry.find("other") is None
    assert program.path == (tmp_path / "src",)
    assert program.requirements == tmp_path / "requirements.txt"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ([], "must be an object"),
        ({"command": ["x"], "comand": []}, "no others"),
        ({}, "at least one entry"),
        ({"command": []}, "at least one entry"),
        ({"command": "python"}, "list of strings"),
        ({"command": [1]}, "list of strings"),
        ({"command": ["x"], "path": "src"}, "path must be a list"),
        ({"command": ["x"], "requirements": "none.txt"}, "must name a file"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        ProgramRegistry().register("i", folder_with(tmp_path, content))
    assert str(tmp_path / "process.json") in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"process\.json cannot be read"):
        ProgramRegistry().register("i", tmp_path)


def test_the_running_interpreter_is_taken_when_it_has_every_pin(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    botocore, pytest_version = importlib.metadata.version("botocore"), importlib.metadata.version("pytest")
    pins.write_text(f"# comment\nbotocore=={botocore} \\\n    --hash=sha256:{'0' * 64}\nPyTest=={pytest_version}\n")
    interpreters = Interpreters(cache=tmp_path / "cache")
    assert interpreters.find(pins) == sys.executable
    assert interpreters.find(None) == sys.executable
    assert not (tmp_path / "cache").exists()


def test_an_environment_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    missing = tmp_path / "missing-1.0-py3-none-any.whl"
    requirements.write_text(f"--no-index\n{missing}\n")
    cache = tmp_path / "cache"
    with pytest.raises(RuntimeError, match=r"cannot be made: .*missing-1\.0"):
        Interpreters(cache=cache).find(requirements)
    assert list(cache.iterdir()) == []


def test_an_environment_is_made_once(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    requirements = tmp_path / "requirements.txt"
    # No pins at all: nothing says that the running interpreter would do.
    requirements.write_text("--no-index\n")
    first = Interpreters(cache=tmp_path / "cache").find(requirements)
    made = Path(first).stat().st_ino
    assert first != sys.executable
    second = Interpreters(cache=tmp_path / "cache").find(requirements)
    assert (second, Path(second).stat().st_ino) == (first, made)
    assert len(list((tmp_path / "cache").iterdir())) == 1
