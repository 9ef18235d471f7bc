"""tools/docker-engine where there is no engine, and a whole private one."""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.lib import processes
from tools.lib.bridge import links_in
from tools.lib.private_engine import EngineError, PrivateEngine

if TYPE_CHECKING:
    from support.programs import RunTool


def test_status_and_host_without_an_engine(run_tool: RunTool) -> None:
    status = run_tool("docker-engine", "status")
    assert status.returncode == 3
    assert "No Docker engine answers at unix://" in status.stdout
    host = run_tool("docker-engine", "host")
    assert (host.returncode, host.stdout) == (3, "")


def test_start_leaves_an_engine_that_the_user_named_to_the_user(run_tool: RunTool, tmp_path: Path) -> None:
    started = run_tool("docker-engine", "start")
    assert (started.returncode, started.stdout) == (3, "")
    assert f"DOCKER_HOST=unix://{tmp_path}/nothing-here.sock" in started.stderr
    assert "unset DOCKER_HOST" in started.stderr
    assert not (tmp_path / "engine").exists()


def test_stop_without_an_engine_is_fine_twice(run_tool: RunTool) -> None:
    assert [run_tool("docker-engine", "stop").returncode for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("arguments", [(), ("restart",), ("start", "--purge")])
def test_wrong_arguments(run_tool: RunTool, arguments: tuple[str, ...]) -> None:
    refused = run_tool("docker-engine", *arguments)
    assert refused.returncode == 2
    assert "usage: tools/docker-engine" in refused.stderr


def test_help_tells_the_exit_codes(run_tool: RunTool) -> None:
    shown = run_tool("docker-engine", "--help")
    assert shown.returncode == 0
    assert "Exit codes" in shown.stdout


def test_a_folder_too_long_for_a_socket_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    engine = PrivateEngine(run=tmp_path / ("x" * 110), data=tmp_path / "data")
    with pytest.raises(EngineError, match="BATCHWRIGHT_ENGINE_DIR"):
        engine.start()
    assert list(tmp_path.iterdir()) == []


def test_a_client_of_an_engine_is_not_one_of_its_processes(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"], executable=shutil.which("sleep")) as other:
        try:
            assert not processes.belongs(other.pid, tmp_path)
            processes.end(other.pid, tmp_path, grace=0)
            assert other.poll() is None
        finally:
            other.kill()


def test_a_process_is_known_by_its_program_and_its_folder(tmp_path: Path) -> None:
    arguments = ["/usr/sbin/dockerd", "-c", "echo ready; read line", f"--pidfile={tmp_path}/docker.pid"]
    shell = shutil.which("sh")
    assert shell is not None
    with subprocess.Popen(arguments, executable=shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as pretender:
        assert pretender.stdout is not None
        assert pretender.stdout.readline() == b"ready\n"
        assert processes.belongs(pretender.pid, tmp_path)
        assert not processes.belongs(pretender.pid, tmp_path / "other")
        assert pretender.pid in processes.of_engine(tmp_path)
        processes.end(pretender.pid, tmp_path, grace=10)
        assert not processes.belongs(pretender.pid, tmp_path)


@pytest.mark.slow
def test_a_private_engine_starts_beside_others_and_leaves_nothing(tmp_path: Path) -> None:
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("needs root and dockerd, which `make test` installs on Debian as root")
    engine = PrivateEngine(run=tmp_path / "run", data=tmp_path / "data")
    try:
        engine.start()
        assert engine.answers()
        network = ipaddress.IPv4Network(json.loads((engine.run / "network.json").read_text())["network"])
        docker = ["docker", "--host", engine.host]
        subprocess.run([*docker, "network", "create", "made-later"], capture_output=True, check=True)
        assert len(links_in(network, output_of("ip", "-oneline", "-4", "address"))) == 2
        assert str(network) in output_of("iptables-save")
    finally:
        engine.stop()
    assert not engine.answers()
    assert links_in(network, output_of("ip", "-oneline", "-4", "address")) == []
    assert str(network) not in output_of("iptables-save")
    assert processes.of_engine(engine.run) == []
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()
    assert not engine.run.exists()
    assert engine.data.is_dir()
    engine.purge()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_second_start_leaves_the_bridge_of_another_engine_alone(tmp_path: Path) -> None:
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("needs root and dockerd, which `make test` installs on Debian as root")
    made = not Path("/sys/class/net/docker0").exists()
    if made:
        subprocess.run(["ip", "link", "add", "docker0", "type", "bridge"], capture_output=True, check=True)
    engine = PrivateEngine(run=tmp_path / "run", data=tmp_path / "data")
    try:
        for _ in range(2):
            engine.start()
            engine.stop()
        assert Path("/sys/class/net/docker0").exists()
    finally:
        engine.stop()
        if made:
            subprocess.run(["ip", "link", "delete", "docker0"], capture_output=True, check=False)


@pytest.mark.slow
def test_an_engine_that_cannot_start_shows_its_log_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("needs root, for the network bridge")
    program = tmp_path / "bin/dockerd"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho no space left on this device\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    engine = PrivateEngine(run=tmp_path / "run", data=tmp_path / "data")
    with pytest.raises(EngineError, match=r"(?s)overlay2\) ended with code 1.*no space left.*vfs\) ended with code 1"):
        engine.start()
    assert not engine.run.exists()


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
