from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from batchwright.local.runners.process.watchdog import Watchdog

if TYPE_CHECKING:
    import pytest

PROGRAM = """
import json, sys, time
from pathlib import Path
from local.runners.harness import RecordingAws, Run, make_attempt
from batchwright.local.runners.process.runner import ProcessRunner
from batchwright.local.runners.process.programs import ProgramRegistry

home = Path(sys.argv[1])
(home / "process.json").write_text(json.dumps({"command": [sys.executable, "-c"]}))
programs, aws = ProgramRegistry(), RecordingAws()
programs.register("image", home)
runner = ProcessRunner(client=aws.client, region="us-east-1", endpoint="http://x", programs=programs)
code = "import os, time; print('at', os.getpid(), os.getcwd()); time.sleep(600)"
run = Run(runner, make_attempt(code), aws)
while not run.lines:
    time.sleep(0.01)
print(run.lines[0], flush=True)
time.sleep(600)
"""


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{process}/stat")
    # Nobody may reap it, so a zombie counts as gone.
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z"


def wait_until_gone(process: int) -> None:
    deadline = time.monotonic() + 30
    while not gone(process):
        assert time.monotonic() < deadline, f"process {process} is still there"
        time.sleep(0.02)


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)


def test_programs_do_not_outlive_a_server_that_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        _, process, folder = server.stdout.readline().split()
        assert Path(folder).is_dir()
        server.send_signal(signal.SIGKILL)

    wait_until_gone(int(process))
    deadline = time.monotonic() + 30
    while Path(folder).exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_is_over_is_left_alone(tmp_path: Path) -> None:
    kept, killed = sleeper(), sleeper()
    folder = tmp_path / "folder"
    folder.mkdir()
    watchdog = Watchdog()
    try:
        watchdog.watch(kept.pid, str(tmp_path / "none"))
        watchdog.watch(killed.pid, str(folder))
        watchdog.forget(kept.pid)
        watchdog.close()
        watchdog.close()

        assert killed.wait(30) == -signal.SIGKILL
        assert not folder.exists()
        assert kept.poll() is None
    finally:
        for process in (kept, killed):
            process.kill()
            process.wait()


def test_without_the_helper_a_warning_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    watchdog = Watchdog()

    watchdog.watch(1, "/none")
    watchdog.forget(1)
    watchdog.close()

    assert [record.message.split(":")[0] for record in caplog.records] == [
        "programs will outlive a crash of this process"
    ]
