"""What the programs know of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.lib.machine import last_lines, os_release

if TYPE_CHECKING:
    from pathlib import Path


def test_reads_os_release(tmp_path: Path) -> None:
    file = tmp_path / "os-release"
    file.write_text('# a comment\nID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12 (bookworm)"\n\n')
    assert os_release(file) == {
        "ID": "debian",
        "VERSION_CODENAME": "bookworm",
        "PRETTY_NAME": "Debian 12 (bookworm)",
    }


def test_a_system_without_os_release_has_no_fields(tmp_path: Path) -> None:
    assert os_release(tmp_path / "missing") == {}


def test_shows_the_end_of_an_output_indented() -> None:
    assert last_lines("1\n2\n3\n", count=2) == "    2\n    3"
