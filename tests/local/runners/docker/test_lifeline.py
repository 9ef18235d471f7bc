"""What is in the Docker engine when a server is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from local.runners.harness import PATIENCE, left_behind

from batchwright.local.runners.docker.lifeline import Lifeline

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys, time
from local.runners.harness import RecordingAws, Run, make_attempt
from batchwright.local.runners.docker.runner import DockerRunner

aws = RecordingAws()
runner = DockerRunner(client=aws.client, region="us-east-1", endpoint="http://x", label=sys.argv[1])
run = Run(runner, make_attempt("sh", "-c", "echo up; exec sleep 600", image=sys.argv[2]), aws)
run.wait_for_line("up")
print("up", flush=True)
time.sleep(600)
"""


@pytest.mark.docker
def test_containers_do_not_outlive_a_server_that_is_killed(image: str, label: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, label, image], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "up\n"
        assert len(left_behind(label)) == 1
        server.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + PATIENCE
    while left_behind(label):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_helper_ends_with_the_lifeline() -> None:
    lifeline = Lifeline()
    lifeline.close()
    lifeline = Lifeline()
    lifeline.hold()
    lifeline.hold()
    process = lifeline._helper._process
    assert process is not None

    lifeline.close()
    lifeline.close()

    assert process.returncode == 0
    lifeline.hold()
    assert lifeline._helper._process is None


def test_without_the_helper_a_warning_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    lifeline = Lifeline()
    lifeline.hold()
    lifeline.hold()
    lifeline.close()

    assert [record.message.split(":")[0] for record in caplog.records] == [
        "containers will outlive a crash of this process"
    ]
