from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.demo.outputs import written_together

if TYPE_CHECKING:
    from pathlib import Path


def test_files_appear_together_at_the_end(tmp_path: Path) -> None:
    with written_together(tmp_path / "out") as folder:
        (folder / "a.txt").write_text("new")
        assert not (tmp_path / "out" / "a.txt").exists()
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["a.txt"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_nothing_is_changed_when_the_work_does_not_end(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(error):
        _break_off(tmp_path, error)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


def _break_off(out: Path, error: type[BaseException]) -> None:
    with written_together(out) as folder:
        (folder / "a.txt").write_text("new")
        raise error
