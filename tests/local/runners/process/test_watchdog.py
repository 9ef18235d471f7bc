from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batchwright.local.processes import own_mark
from batchwright.local.runners.process.home import remove_abandoned
from batchwright.local.runners.process.runner import ProcessRunner
from batchwright.local.runners.process.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.runners.harness import RecordingAws

    from batchwright.local.runners.process.programs import ProgramRegistry

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
_, process, folder = run.lines[0].split()
print("at", process, runner._watchdog._helper._process.pid, folder, flush=True)
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


@contextmanager
def killed_server(folder: Path, *, with_helper: bool) -> Iterator[tuple[int, Path]]:
    """Kill a server while its program runs; yields the program's process and working folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(folder)}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        _, process, helper, working = server.stdout.readline().split()
        assert Path(working).is_dir()
        try:
            if with_helper:
                os.kill(int(helper), signal.SIGKILL)
            server.send_signal(signal.SIGKILL)
            server.wait()
            yield int(process), Path(working)
        finally:
            with suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)


def wait_until_empty(folder: Path) -> None:
    deadline = time.monotonic() + 30
    while list(folder.glob("batchwright-*")):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_programs_do_not_outlive_a_server_that_is_killed(tmp_path: Path) -> None:
    with killed_server(tmp_path, with_helper=False) as (process, _):
        wait_until_gone(process)
        wait_until_empty(tmp_path)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="strays are only seen in /proc")
def test_what_a_server_and_its_helper_left_is_ended_before_the_next_one_runs_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: ProgramRegistry, aws: RecordingAws
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with killed_server(tmp_path, with_helper=True) as (process, working):
        assert not gone(process)
        assert working.is_dir()
        ProcessRunner(client=aws.client, region="us-east-1", endpoint="http://x", programs=programs).close()
        wait_until_gone(process)
        assert not list(tmp_path.glob("batchwright-*"))


def test_only_what_is_certainly_of_a_process_that_is_gone_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone_mark = "|".join([*own_mark().split("|")[:-1], "1"])
    for name, mark in (("mine", own_mark()), ("gone", gone_mark), ("other", "elsewhere|x|y|1|1"), ("bytes", "\xff")):
        folder = tmp_path / f"batchwright-{name}"
        folder.mkdir()
        (folder / "owner").write_bytes(mark.encode("latin-1"))
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "owner").write_text(gone_mark)
    (tmp_path / "batchwright-link").symlink_to(tmp_path / "kept")
    (tmp_path / "batchwright-none").mkdir()
    remove_abandoned()
    left = {path.name.removeprefix("batchwright-") for path in tmp_path.iterdir()}
    assert left == {"mine", "other", "bytes", "kept", "link", "none"}


def test_what_is_over_is_left_alone(tmp_path: Path) -> None:
    kept, killed = sleeper(), sleeper()
    folder = tmp_path / "folder"
    folder.mkdir()
    watchdog = Watchdog()
    try:
        watchdog.keep(str(folder))
        watchdog.watch(kept.pid)
        watchdog.watch(killed.pid)
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

    watchdog.watch(1)
    watchdog.forget(1)
    watchdog.close()

    assert [record.message.split(":")[0] for record in caplog.records] == [
        "programs will outlive a crash of this process"
    ]
