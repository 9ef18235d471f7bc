from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.benchmark import BenchmarkError
from benchmarks.programs import ROOT, run_python

if TYPE_CHECKING:
    from pathlib import Path


def script(folder: Path, text: str) -> Path:
    file = folder / "script.py"
    file.write_text(text)
    return file


def test_a_run_has_its_output_and_its_times(tmp_path: Path) -> None:
    run = run_python(
        script(tmp_path, "import os, sys; print(os.environ['NAME'], sys.argv[1])"), "1", environment={"NAME": "x"}
    )

    assert run.output == "x 1\n"
    assert run.wall > 0
    assert run.cpu > 0


def test_the_checkout_is_importable_and_the_current_folder(tmp_path: Path) -> None:
    run = run_python(script(tmp_path, "import os, stacks; print(os.getcwd())"), environment={})

    assert run.output.strip() == str(ROOT)


def test_bytecode_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    assert (
        run_python(script(tmp_path, "import sys; print(sys.dont_write_bytecode)"), environment={}).output == "False\n"
    )


def test_a_failed_run_shows_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"(?s)script.py ended with exit code 1:.*ValueError: bad"):
        run_python(script(tmp_path, "raise ValueError('bad')"), environment={})


def test_a_run_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"did not end within 0.5 s"):
        run_python(script(tmp_path, "import time; time.sleep(60)"), environment={}, seconds=0.5)
