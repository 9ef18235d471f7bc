"""tools/base-image: when it does nothing, when it cannot, and how it calls mmdebstrap."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tools.lib import base_image
from tools.lib.mirror import Mirror

if TYPE_CHECKING:
    from pathlib import Path

    from support.programs import RunTool

# Stands for the Docker command line: the engine has an image when the file named after it exists.
FAKE_DOCKER = """\
#!/bin/sh
echo "$@" >>"$FAKE_DOCKER_LOG"
case "$*" in
    *"version"*) echo 27 ;;
    *"context inspect"*) echo unix:///fake.sock ;;
    *"image inspect"*) [ -e "$FAKE_DOCKER_IMAGE" ] ;;
    *" pull "*) [ -n "${FAKE_DOCKER_PULLS:-}" ] && touch "$FAKE_DOCKER_IMAGE" ;;
    *) exit 1 ;;
esac
"""


@pytest.fixture
def fake_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Docker command line without an engine; returns its log."""
    program = tmp_path / "bin/docker"
    program.parent.mkdir()
    program.write_text(FAKE_DOCKER)
    program.chmod(0o755)
    log = tmp_path / "log"
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_DOCKER_LOG", str(log))
    monkeypatch.setenv("FAKE_DOCKER_IMAGE", str(tmp_path / "image"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return log


def test_without_an_engine(run_tool: RunTool) -> None:
    ran = run_tool("base-image")
    assert ran.returncode == 3
    assert "tools/docker-engine start" in ran.stderr


def test_an_image_that_is_there_is_left_alone(fake_docker: Path, tmp_path: Path) -> None:
    (tmp_path / "image").touch()
    assert base_image.provide("unix:///fake.sock") == 0
    assert fake_docker.read_text().count("\n") == 1


def test_the_image_is_pulled_where_a_registry_answers(fake_docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_DOCKER_PULLS", "1")
    assert base_image.provide("unix:///fake.sock") == 0
    assert f"pull --quiet {base_image.IMAGE}" in fake_docker.read_text()


@pytest.mark.usefixtures("fake_docker")
def test_says_what_is_needed_where_it_can_neither_pull_nor_build(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(base_image, "_usable_mirror", lambda: None)
    assert base_image.provide("unix:///fake.sock") == 1
    assert "building it needs root on Debian" in capsys.readouterr().err


@pytest.mark.usefixtures("fake_docker")
def test_a_failed_build_is_shown_and_names_no_image(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(base_image, "_usable_mirror", lambda: Mirror("http://m/debian", None))
    monkeypatch.setattr(base_image, "_install_tools", lambda: True)
    monkeypatch.setattr(base_image, "_bootstrap_command", lambda *_: ["sh", "-c", "echo no such suite >&2; exit 25"])
    assert base_image.provide("unix:///fake.sock") == 1
    assert "no such suite" in capsys.readouterr().err
    assert not (tmp_path / "image").exists()


def test_the_image_gets_the_machines_authorities_and_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authorities = tmp_path / "authorities"
    authorities.mkdir()
    (authorities / "own.crt").touch()
    monkeypatch.setattr(base_image, "OWN_AUTHORITIES", authorities)
    monkeypatch.setattr(base_image.pip_settings, "for_image", lambda: "[global]\ntimeout = 9\n")
    dump = 'Acquire::Check-Valid-Until "false";\nAPT::Architecture "amd64";\n'
    answer = subprocess.CompletedProcess(["apt-config"], 0, stdout=dump, stderr="")
    monkeypatch.setattr(base_image.subprocess, "run", lambda *_args, **_options: answer)

    command = base_image._bootstrap_command(tmp_path, Mirror("http://m/debian", None))

    assert '--aptopt=Acquire::Check-Valid-Until "false";' in command
    assert not [word for word in command if "Architecture" in word]
    assert f"--customize-hook=upload {tmp_path}/pip.conf /etc/pip.conf" in command
    assert '--customize-hook=chroot "$1" update-ca-certificates' in command
    assert command[-3:] == ["trixie", str(tmp_path / "root.tar"), str(tmp_path / "sources.list")]
    assert (tmp_path / "sources.list").read_text().startswith("deb http://m/debian trixie main\n")
    assert any("SSL_CERT_FILE" in change for change in base_image._image_changes())


def test_a_machine_without_authorities_of_its_own_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_image, "OWN_AUTHORITIES", tmp_path)
    assert base_image._image_changes() == ['CMD ["bash"]', "LABEL batchwright.base-image=local"]
