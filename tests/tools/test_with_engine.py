"""tools/with-engine: the command's environment, its exit code and its signals."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.programs import TOOLS

if TYPE_CHECKING:
    from support.programs import RunTool


def test_the_command_learns_that_there_is_no_engine_and_why(run_tool: RunTool) -> None:
    ran = run_tool("with-engine", "sh", "-c", 'echo "$BATCHWRIGHT_ENGINE: $BATCHWRIGHT_ENGINE_REASON"')
    assert ran.returncode == 0
    assert ran.stdout == "none: No Docker engine answers.\n"


def test_the_exit_code_is_the_commands_own(run_tool: RunTool) -> None:
    assert run_tool("with-engine", "sh", "-c", "exit 7").returncode == 7
    assert run_tool("with-engine", "sh", "-c", "kill -KILL $$").returncode == 128 + signal.SIGKILL


def test_options_of_the_command_stay_the_commands(run_tool: RunTool) -> None:
    assert run_tool("with-engine", "printf", "%s ", "-x", "--help").stdout == "-x --help "


def test_an_engine_that_is_required_and_missing_stops_everything(run_tool: RunTool) -> None:
    ran = run_tool("with-engine", "echo", "ran", BATCHWRIGHT_REQUIRE_ENGINE="1")
    assert (ran.returncode, ran.stdout) == (3, "")
    assert "BATCHWRIGHT_REQUIRE_ENGINE=1" in ran.stderr


def test_no_command_and_no_such_command(run_tool: RunTool) -> None:
    assert run_tool("with-engine").returncode == 2
    missing = run_tool("with-engine", "no-such-program-here")
    assert missing.returncode == 127
    assert "no-such-program-here cannot be started" in missing.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_reach_the_command(without_engine: dict[str, str], number: signal.Signals) -> None:
    script = f"trap 'echo told; exit 5' {number.name.removeprefix('SIG')}; echo ready; while :; do sleep 0.05; done"
    with subprocess.Popen(
        [str(TOOLS / "with-engine"), "sh", "-c", script], env=without_engine, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.send_signal(number)
        assert running.stdout.read() == "told\n"
        assert running.wait() == 5


def test_ctrl_c_is_the_commands_to_answer(without_engine: dict[str, str]) -> None:
    script = "trap 'echo told; exit 5' INT; echo ready; while :; do sleep 0.05; done"
    with subprocess.Popen(
        [str(TOOLS / "with-engine"), "sh", "-c", script],
        env=without_engine,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        os.killpg(running.pid, signal.SIGINT)
        assert running.stdout.read() == "told\n"
        assert running.wait() == 5
