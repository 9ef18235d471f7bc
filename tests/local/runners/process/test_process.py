from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from local.runners.harness import PATIENCE, RecordingAws, Run, make_attempt

from batchwright.local.engine import Exit

if TYPE_CHECKING:
    from batchwright.local.runners.process.programs import ProgramRegistry
    from batchwright.local.runners.process.runner import ProcessRunner

WAIT_FOR_TERM = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("stopping"), sys.exit(5)))
print("ready")
time.sleep(600)
"""
IGNORE_TERM = WAIT_FOR_TERM.replace('lambda *_: (print("stopping"), sys.exit(5))', "signal.SIG_IGN")


@pytest.mark.parametrize("code", [0, 1, 77])
def test_the_exit_code_and_all_output_arrive(process_runner: ProcessRunner, aws: RecordingAws, code: int) -> None:
    program = f"import sys; print('out'); print('err', file=sys.stderr); sys.stdout.write('no end'); sys.exit({code})"
    run = Run(process_runner, make_attempt(program), aws)
    assert run.exit() == Exit(exit_code=code, reason=None, status_reason="Essential container in task exited")
    assert sorted(run.lines_at_exit) == ["err", "no end", "out"]
    assert run.started.is_set()


def test_lines_are_shipped_while_the_program_runs(
    process_runner: ProcessRunner, aws: RecordingAws, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    program = f"import os, time\nprint('live')\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    run = Run(process_runner, make_attempt(program), aws)
    run.wait_for_line("live")
    assert not run.exits
    gate.touch()
    assert run.exit().exit_code == 0


def test_the_environment(process_runner: ProcessRunner, aws: RecordingAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("OTHER", "kept")
    secrets = {
        "WHOLE": "arn:aws:secretsmanager:us-east-1:1:secret:db",
        "KEY": "arn:aws:secretsmanager:us-east-1:1:secret:db:password::",
        "PORT": "arn:aws:secretsmanager:us-east-1:1:secret:db:port::",
        "BY_NAME": "name",
        "BY_ARN": "arn:aws:ssm:us-east-1:1:parameter/name",
        "BY_PATH": "arn:aws:ssm:us-east-1:1:parameter/path/name",
    }
    attempt = make_attempt(
        "import os\nfor item in sorted(os.environ.items()): print('='.join(item))",
        environment={"OWN": "1"},
        secrets=secrets,
        job_role_arn="arn:aws:iam::1:role/job",
    )
    run = Run(process_runner, attempt, aws)
    assert run.exit().exit_code == 0
    variables = dict(line.split("=", 1) for line in run.lines if "=" in line)
    assert "AWS_PROFILE" not in variables
    expected = {
        "OTHER": "kept",
        "OWN": "1",
        "WHOLE": '{"password": "p1", "port": 5432}',
        "KEY": "p1",
        "PORT": "5432",
        "BY_NAME": "v1",
        "BY_ARN": "v1",
        "BY_PATH": "v2",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AK",
        "AWS_SECRET_ACCESS_KEY": "SK",
        "AWS_SESSION_TOKEN": "ST",
        "AWS_BATCH_JOB_ID": attempt.job_id,
        "AWS_BATCH_JOB_ARRAY_INDEX": "7",
        "AWS_BATCH_JOB_ARRAY_SIZE": "10",
        "AWS_BATCH_JOB_ATTEMPT": "1",
        "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
    }
    assert {name: variables.get(name) for name in expected} == expected
    assert variables["PYTHONPATH"].split(os.pathsep)[0].endswith("/image/src")
    assert aws.sessions == [("arn:aws:iam::1:role/job", attempt.job_id.replace(":", "-"))]


def test_a_program_has_an_empty_folder_that_goes_with_it(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    program = "import os; print(os.getcwd()); print(os.listdir()); open('file', 'w').close()"
    run = Run(process_runner, make_attempt(program), aws)
    assert run.exit().exit_code == 0
    folder, content = run.lines
    assert content == "[]"
    process_runner.close()
    assert not Path(folder).exists()


def test_a_program_that_heeds_sigterm_ends_with_its_own_code(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    run = Run(process_runner, make_attempt(WAIT_FOR_TERM), aws)
    run.wait_for_line("ready")
    run.handle.stop("enough", 60)
    run.handle.stop("enough", 60)
    assert run.exit().exit_code == 5
    assert run.lines_at_exit[-1] == "stopping"


def test_a_program_that_ignores_sigterm_is_killed_after_the_grace_time(
    process_runner: ProcessRunner, aws: RecordingAws
) -> None:
    run = Run(process_runner, make_attempt(IGNORE_TERM), aws)
    run.wait_for_line("ready")
    run.handle.stop("enough", 0.05)
    assert run.exit().exit_code == 137


def test_a_second_stop_can_only_shorten_the_grace_time(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    run = Run(process_runner, make_attempt(IGNORE_TERM), aws)
    run.wait_for_line("ready")
    run.handle.stop("first", 600)
    run.handle.stop("longer", 6000)
    assert not run.exits
    run.handle.stop("shorter", 0.01)
    assert run.exit().exit_code == 137


def test_what_a_program_started_ends_with_it(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    run = Run(process_runner, make_attempt("sleep 600 & echo $!; exit 3", image="shell"), aws)
    assert run.exit().exit_code == 3
    status = Path(f"/proc/{int(run.lines[0])}/stat")
    deadline = time.monotonic() + PATIENCE
    while status.exists() and status.read_text().split()[2] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux shows what a process inherited")
@pytest.mark.parametrize("output", ["", ">/dev/null 2>&1"])
def test_what_left_its_group_ends_too(process_runner: ProcessRunner, aws: RecordingAws, output: str) -> None:
    line = f"setsid sh -c 'echo $$ > pid; exec sleep 600' {output} & until test -s pid; do :; done; cat pid"
    run = Run(process_runner, make_attempt(line, image="shell"), aws)
    assert run.exit().exit_code == 0
    status = Path(f"/proc/{int(run.lines[0])}/stat")
    deadline = time.monotonic() + PATIENCE
    while status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_stopping_reaches_the_whole_group(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    line = "trap 'exit 9' TERM; sleep 600 & echo ready; wait"
    run = Run(process_runner, make_attempt(line, image="shell"), aws)
    run.wait_for_line("ready")
    run.handle.stop("enough", 60)
    assert run.exit().exit_code == 9


def test_attempts_wait_for_a_place_and_can_be_stopped_there(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    running = [Run(process_runner, make_attempt(WAIT_FOR_TERM), aws) for _ in range(2)]
    for run in running:
        run.wait_for_line("ready")
    waiting = Run(process_runner, make_attempt("print('never')"), aws)
    waiting.handle.stop("not needed", 1)
    assert waiting.exit() == Exit(exit_code=None, reason=None, status_reason="not needed")
    assert not waiting.started.is_set()
    for run in running:
        run.handle.stop("done", 60)
        run.exit()


def test_close_ends_everything(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    runs = [Run(process_runner, make_attempt(WAIT_FOR_TERM), aws) for _ in range(3)]
    for run in runs[:2]:
        run.wait_for_line("ready")
    process_runner.close()
    process_runner.close()
    assert [run.exit().exit_code for run in runs] == [5, 5, None]


@pytest.mark.parametrize(
    ("image", "members", "reason"),
    [
        ("none", {}, 'CannotStartContainerError: exec: "no-such-program": No such file'),
        ("unknown", {}, "CannotPullContainerError: image unknown is not registered"),
        ("image", {"group": "/other"}, "ResourceInitializationError: failed to validate logger args"),
        ("image", {"job_role_arn": "arn:forbidden"}, "ECS was unable to assume the role 'arn:forbidden'"),
        ("image", {"secrets": {"A": "nowhere"}}, "ResourceInitializationError: unable to pull secrets"),
        ("image", {"secrets": {"A": "arn:aws:secretsmanager:us-east-1:1:secret:db:nokey::"}}, "unable to pull secrets"),
    ],
)
def test_starts_that_fail(
    process_runner: ProcessRunner, aws: RecordingAws, image: str, members: dict[str, str], reason: str
) -> None:
    run = Run(process_runner, make_attempt("pass", image=image, **members), aws)  # type: ignore[arg-type]
    ended = run.exit()
    # What fails before there is a container is the task's own reason.
    before = "ResourceInitializationError" in (ended.reason or "")
    assert (ended.exit_code, ended.status_reason) == (None, ended.reason if before else "Task failed to start")
    assert reason in (ended.reason or "")
    assert not run.started.is_set()


def test_a_log_group_is_made_where_that_is_allowed(process_runner: ProcessRunner, aws: RecordingAws) -> None:
    for _ in range(2):
        run = Run(process_runner, make_attempt("pass", group="/new", create_group=True), aws)
        assert run.exit().exit_code == 0
    assert "/new" in aws.groups


def test_python_stands_for_an_interpreter(
    process_runner: ProcessRunner, aws: RecordingAws, programs: ProgramRegistry, tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    (folder / "src" / "tool").mkdir(parents=True)
    (folder / "src" / "tool" / "__main__.py").write_text("import sys; print(sys.executable, sys.argv[1:])")
    (folder / "process.json").write_text('{"command": ["python", "-m", "tool"], "path": ["src"]}')
    programs.register("plain", folder)
    run = Run(process_runner, make_attempt("--flag", "x", image="plain"), aws)
    assert run.exit().exit_code == 0
    assert run.lines == [f"{sys.executable} ['--flag', 'x']"]
