"""Which of apt's sources is Debian."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.lib.mirror import Mirror, Source, carried_apt_options, find_mirror, read_sources

if TYPE_CHECKING:
    from pathlib import Path

DEB822 = """\
# The archive
Types: deb deb-src
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main
 contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_reads_the_newer_format_and_leaves_out_what_is_disabled(apt: Path) -> None:
    (apt / "sources.list.d/debian.sources").write_text(DEB822)
    assert read_sources(apt) == [
        Source("http://mirror.example/debian", "bookworm", ("main", "contrib")),
        Source("http://mirror.example/debian", "bookworm-updates", ("main", "contrib")),
        Source("http://mirror.example/debian-security", "bookworm-security", ("main",)),
    ]


def test_reads_the_one_line_format_with_options_and_comments(apt: Path) -> None:
    (apt / "sources.list").write_text(
        "# deb http://off.example/debian bookworm main\n"
        "deb-src http://source.example/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # ours\n"
        "deb\n"
    )
    assert read_sources(apt) == [Source("http://mirror.example/debian", "bookworm", ("main", "contrib"))]


def test_reads_every_file_of_the_folder_and_survives_none(apt: Path) -> None:
    assert read_sources(apt) == []
    (apt / "sources.list.d/vendor.list").write_text("deb http://vendor.example/apt stable main\n")
    (apt / "sources.list.d/notes.txt").write_text("deb http://notes.example/debian bookworm main\n")
    assert [source.uri for source in read_sources(apt)] == ["http://vendor.example/apt"]


def test_tells_debian_from_vendors_that_use_its_release_names(apt: Path) -> None:
    (apt / "sources.list.d/a-vendor.list").write_text("deb https://vendor.example/apt bookworm main\n")
    (apt / "sources.list.d/debian.sources").write_text(DEB822)
    found = find_mirror(read_sources(apt), "bookworm")
    assert found == Mirror("http://mirror.example/debian", "http://mirror.example/debian-security")


def test_knows_an_archive_of_another_name_by_its_updates() -> None:
    uri = "http://snapshots.example/20300101"
    sources = [Source(uri, "bookworm", ("main",)), Source(uri, "bookworm-updates", ("main",))]
    assert find_mirror(sources, "bookworm") == Mirror(uri, None)


@pytest.mark.parametrize(
    "source",
    [
        Source("file:/srv/debian", "bookworm", ("main",)),
        Source("https://vendor.example/apt", "bookworm", ("main",)),
        Source("http://mirror.example/debian", "sid", ("main",)),
        Source("http://mirror.example/debian", "bookworm", ("contrib",)),
    ],
)
def test_finds_no_mirror_where_there_is_none(source: Source) -> None:
    assert find_mirror([source], "bookworm") is None


def test_writes_the_sources_of_another_release() -> None:
    mirror = Mirror("http://m/debian", "http://m/debian-security")
    assert mirror.sources_for("trixie").splitlines() == [
        "deb http://m/debian trixie main",
        "deb http://m/debian trixie-updates main",
        "deb http://m/debian-security trixie-security main",
    ]
    assert "security" not in Mirror("http://m/debian", None).sources_for("trixie")


def test_carries_only_the_apt_options_that_hold_in_a_container() -> None:
    dump = (
        'Acquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::https::Proxy "";\n'
        'Acquire::Check-Valid-Until "false";\n'
        'DPkg::Post-Invoke:: "/usr/local/bin/mine";\n'
    )
    assert carried_apt_options(dump) == [
        'Acquire::http::Proxy "http://proxy.example:3128";',
        'Acquire::Check-Valid-Until "false";',
    ]
