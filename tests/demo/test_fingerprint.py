from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.demo.fingerprint import INPUTS, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, content in {"app.py": "a", "stacks/one.py": "b", "stacks/deep/two.py": "c"}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path


def digest(tree: Path, *, extra: Sequence[str] = ()) -> str:
    return fingerprint(tree, inputs=("app.py", "stacks", "missing"), extra=extra)


def test_it_depends_on_the_content_and_not_on_the_time(tree: Path) -> None:
    before = digest(tree)
    (tree / "app.py").write_text("a")
    assert digest(tree) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: (tree / "app.py").write_text("x"),
        lambda tree: (tree / "stacks/deep/two.py").write_text("x"),
        lambda tree: (tree / "stacks/three.py").write_text(""),
        lambda tree: (tree / "stacks/one.py").unlink(),
        lambda tree: (tree / "stacks/one.py").rename(tree / "stacks/renamed.py"),
        lambda tree: (tree / "missing").write_text("now it is there"),
    ],
)
def test_every_change_of_an_input_counts(tree: Path, change: Callable[[Path], object]) -> None:
    before = digest(tree)
    change(tree)
    assert digest(tree) != before


def test_bytecode_and_other_files_do_not_count(tree: Path) -> None:
    before = digest(tree)
    for name in ("stacks/__pycache__/one.cpython-311.pyc", "stacks/.mypy_cache/x.json", "README.md"):
        file = tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    assert digest(tree) == before


def test_further_texts_count_and_do_not_run_together(tree: Path) -> None:
    assert digest(tree, extra=["3.11"]) != digest(tree, extra=["3.12"])
    assert digest(tree, extra=["ab", "c"]) != digest(tree, extra=["a", "bc"])


def test_the_inputs_exist(root: Path) -> None:
    assert [name for name in INPUTS if not (root / name).exists()] == []
