from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from batchwright.local import processes
from batchwright.local.processes import is_gone, own_mark

if TYPE_CHECKING:
    from pathlib import Path


def test_this_process_is_not_gone() -> None:
    assert not is_gone(own_mark())


def test_a_process_that_ended_is_gone() -> None:
    code = "from batchwright.local.processes import own_mark; print(own_mark())"
    mark = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert is_gone(mark)


@pytest.mark.skipif(not processes._PROCESSES.is_dir(), reason="zombies are only seen in /proc")
def test_a_process_that_nobody_has_asked_for_its_end_is_gone() -> None:
    code = "from batchwright.local.processes import own_mark; print(own_mark(), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        mark = process.stdout.readline().decode().strip()
        assert not is_gone(mark)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert is_gone(mark)


@pytest.mark.parametrize(("part", "value", "gone"), [(0, "elsewhere", False), (1, "pid:[1]", False), (4, "1", True)])
def test_only_processes_of_this_machine_are_judged(part: int, value: str, gone: bool) -> None:
    parts = own_mark().split("|")
    parts[part] = value
    assert is_gone("|".join(parts)) is gone


def test_a_restart_of_the_machine_ends_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = own_mark()
    monkeypatch.setattr(processes, "_boot", lambda: "another")
    assert is_gone(mark)


@pytest.mark.parametrize("mark", ["", "x", "a|b|c", "a|b|c|d|e|f", "|||x|"])
def test_what_is_no_mark_is_left_alone(mark: str) -> None:
    assert not is_gone(mark)


def test_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "_PROCESSES", tmp_path / "none")
    assert not is_gone(own_mark())
