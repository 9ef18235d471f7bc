from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batchwright.local.runners.memory import MachineMemory

if TYPE_CHECKING:
    from pathlib import Path


def table(folder: Path, text: str) -> MachineMemory:
    file = folder / "meminfo"
    file.write_text(text)
    return MachineMemory(file)


@pytest.mark.parametrize(
    ("available", "shortage"),
    [
        (51_200, None),
        (51_199, "49 of 1000 MiB of this machine's memory are left"),
        (0, "0 of 1000 MiB of this machine's memory are left"),
    ],
)
def test_less_than_a_twentieth_is_short(tmp_path: Path, available: int, shortage: str | None) -> None:
    text = f"MemTotal:        1024000 kB\nMemFree:  1 kB\nMemAvailable:    {available} kB\nHugePages_Total:       0\n"
    assert table(tmp_path, text).shortage() == shortage


@pytest.mark.parametrize("text", ["", "MemTotal: 1 kB\n", "MemTotal: much\nMemAvailable: little\n", "nonsense"])
def test_without_its_figures_there_is_enough(tmp_path: Path, text: str) -> None:
    assert table(tmp_path, text).shortage() is None


def test_where_there_is_no_such_table_there_is_enough(tmp_path: Path) -> None:
    assert MachineMemory(tmp_path / "none").shortage() is None
