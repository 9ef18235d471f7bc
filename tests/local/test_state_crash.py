"""Servers that are killed, and what the next one on their folder makes of it."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import ScriptedRunner, eventually

from batchwright.local import LocalAws, LocalAwsError
from batchwright.local.processes import process_began
from batchwright.local.state import journal_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRELUDE = """
import time
from pathlib import Path
from batchwright.local import LocalAws
from batchwright.local.state import saver
from local.test_state_crash import batch_parts, mark, submit
"""


@contextmanager
def server(script: str) -> Iterator[subprocess.Popen[str]]:
    """Run a script in another process, up to its line "ready"; it is killed at the end."""
    paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    program = f"{_PRELUDE}\n{script}\nprint('ready', flush=True)\ntime.sleep(600)\n"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def lines(process: subprocess.Popen[str], last: str = "ready") -> list[str]:
    assert process.stdout is not None
    found = []
    for line in process.stdout:
        if line.strip() == last:
            break
        found.append(line.strip())
    return found


def kept(folder: Path, part: str) -> bytes:
    """What the last save has of a part."""
    name = json.loads((folder / "state.json").read_text())["parts"].get(part)
    return b"" if name is None else (folder / "content" / name).read_bytes()


def batch_parts(aws: LocalAws, *, max_vcpus: int = 4) -> None:
    batch = aws.client("batch")
    batch.create_compute_environment(
        computeEnvironmentName="e",
        type="MANAGED",
        computeResources={
            "type": "EC2",
            "maxvCpus": max_vcpus,
            "minvCpus": 0,
            "instanceTypes": ["m7i"],
            "instanceRole": "role",
            "subnets": ["subnet-1"],
        },
    )
    order = [{"order": 1, "computeEnvironment": "e"}]
    batch.create_job_queue(jobQueueName="q", priority=1, computeEnvironmentOrder=order)
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}]
    properties = {"image": "image:1", "resourceRequirements": needs, "command": ["Ref::name"]}
    batch.register_job_definition(jobDefinitionName="d", type="container", containerProperties=properties)


def mark(folder: Path) -> Path:
    """A program that leaves a file for each attempt, and hangs in the first one of some jobs."""
    folder.mkdir(exist_ok=True)
    (folder / "process.json").write_text(json.dumps({"command": ["python", str(folder / "run.py")]}))
    (folder / "run.py").write_text(
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "attempt = os.environ['AWS_BATCH_JOB_ATTEMPT']\n"
        "index = os.environ.get('AWS_BATCH_JOB_ARRAY_INDEX', '')\n"
        f"path = Path({str(folder)!r}, f'{{sys.argv[1]}}{{index}}.{{attempt}}.mark')\n"
        "path.with_suffix('.new').write_text(str(os.getpid()))\n"
        "path.with_suffix('.new').rename(path)\n"
        "if attempt == '1' and sys.argv[1].startswith('hangs'):\n"
        "    time.sleep(600)\n"
    )
    return folder


def submit(aws: LocalAws, name: str, **members: Any) -> str:  # noqa: ANN401
    made = aws.client("batch").submit_job(
        jobName=name, jobQueue="q", jobDefinition="d", parameters={"name": name}, **members
    )
    return str(made["jobId"])


def marks(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.mark"))


def test_no_job_is_lost_or_run_twice_when_a_server_is_killed(tmp_path: Path) -> None:
    program = mark(tmp_path / "program")
    with server(
        f"program = mark(Path({str(program)!r}))\n"
        f"aws = LocalAws(runner='process', state_dir={str(tmp_path / 's')!r})\n"
        "aws.programs.register('image:1', program)\n"
        "batch_parts(aws, max_vcpus=2)\n"
        "done = submit(aws, 'done')\n"
        "assert aws.batch.wait(done, 60)['status'] == 'SUCCEEDED'\n"
        "again = submit(aws, 'hangs-again', retryStrategy={'attempts': 2})\n"
        "once = submit(aws, 'hangs-once')\n"
        "waits = submit(aws, 'waits')\n"
        "after = submit(aws, 'after', dependsOn=[{'jobId': again}])\n"
        "array = submit(aws, 'array', arrayProperties={'size': 3}, dependsOn=[{'type': 'SEQUENTIAL'}])\n"
        "print(done, again, once, waits, after, array, flush=True)\n"
    ) as killed:
        (told,) = lines(killed)
        eventually(lambda: marks(program) == ["done.1", "hangs-again.1", "hangs-once.1"] or None)
        eventually(lambda: b"image:1" in kept(tmp_path / "s", "images") or None)
        pids = [int(path.read_text()) for path in program.glob("hangs*.mark")]
    # What it ran ends with it.
    eventually(lambda: not any(map(process_began, pids)) or None)
    jobs = dict(zip(("done", "again", "once", "waits", "after", "array"), told.split(), strict=True))

    with LocalAws(runner="process", state_dir=tmp_path / "s") as aws:
        ended = {name: aws.batch.wait(job, 60) for name, job in jobs.items()}
    states = {name: job["status"] for name, job in ended.items() if job is not None}
    assert states == {**dict.fromkeys(jobs, "SUCCEEDED"), "once": "FAILED"}
    for name in ("again", "once"):
        first = ended[name]["attempts"][0]  # type: ignore[index]
        assert first["statusReason"].startswith("Host EC2 (instance i-")
        assert "exitCode" not in first["container"]
    assert marks(program) == [
        *("after.1", "array0.1", "array1.1", "array2.1", "done.1"),
        *("hangs-again.1", "hangs-again.2", "hangs-once.1", "waits.1"),
    ]


def test_every_job_that_was_acknowledged_is_there(tmp_path: Path) -> None:
    with server(
        "from support.local_server import ScriptedRunner\n"
        f"aws = LocalAws(runner='process', batch_runner=ScriptedRunner(), state_dir={str(tmp_path / 's')!r})\n"
        "batch_parts(aws)\n"
        "while True:\n"
        "    print(submit(aws, 'j'), flush=True)\n"
    ) as killed:
        assert killed.stdout is not None
        told = [killed.stdout.readline() for _ in range(60)]
        killed.send_signal(signal.SIGKILL)
        # Also those that were on their way to here.
        told += [line for line in killed.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    with LocalAws(runner="process", batch_runner=ScriptedRunner(), state_dir=tmp_path / "s") as aws:
        for ident in told:
            assert aws.batch.wait(ident.strip(), 30) is not None


def test_what_was_saved_meanwhile_is_there(tmp_path: Path) -> None:
    with server(
        "saver.SAVE_SECONDS = 0.05\n"
        f"aws = LocalAws(runner='process', state_dir={str(tmp_path / 's')!r})\n"
        "aws.client('s3').create_bucket(Bucket='kept')\n"
        "aws.client('s3').put_object(Bucket='kept', Key='k', Body=b'x' * 5000)\n"
    ) as killed:
        lines(killed)
        manifest = tmp_path / "s" / "state.json"
        eventually(lambda: '"blobs": ["' in manifest.read_text() or None)
    with LocalAws(runner="process", state_dir=tmp_path / "s") as aws:
        assert aws.client("s3").get_object(Bucket="kept", Key="k")["Body"].read() == b"x" * 5000


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """The folder of a server that was killed with two jobs that had ended, each in a line of its own."""
    with server(
        "from support.local_server import ScriptedRunner\n"
        f"aws = LocalAws(runner='process', batch_runner=ScriptedRunner(), state_dir={str(tmp_path / 's')!r})\n"
        "batch_parts(aws)\n"
        "for _ in range(2):\n"
        "    assert aws.batch.wait(submit(aws, 'j'), 30)['status'] == 'SUCCEEDED'\n"
    ) as killed:
        lines(killed)
    return tmp_path / "s"


def scripted(folder: Path) -> LocalAws:
    return LocalAws(runner="process", batch_runner=ScriptedRunner(), state_dir=folder)


def names(aws: LocalAws) -> list[str]:
    found = aws.client("batch").list_jobs(jobQueue="q", filters=[{"name": "AFTER_CREATED_AT", "values": ["0"]}])[
        "jobSummaryList"
    ]
    return sorted(job["jobName"] for job in found)


def test_half_a_line_at_the_end_of_a_journal_does_not_count(crashed: Path) -> None:
    path = crashed / "journal" / "us-east-1.0"
    path.write_bytes(path.read_bytes() + b'0badcafe {"jobs":[{"id"')
    with scripted(crashed) as aws:
        assert names(aws) == ["j", "j"]


def test_a_whole_line_at_the_end_that_is_damaged_is_left_out_and_warned_of(
    crashed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = crashed / "journal" / "us-east-1.0"
    path.write_bytes(path.read_bytes() + b"0badcafe {}\n")
    with caplog.at_level(logging.WARNING), scripted(crashed) as aws:
        assert names(aws) == ["j", "j"]
    said = [record.message for record in caplog.records if "journal/us-east-1.0" in record.message]
    assert said == [
        f"state: the end of {path} is damaged and left out (11 bytes): what happened to jobs in the last moments "
        "before the server was killed may be lost"
    ]


def test_a_damaged_line_within_a_journal_is_refused(crashed: Path) -> None:
    path = crashed / "journal" / "us-east-1.0"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"jobQueueName", b"jobQueueNome", 1))
    with pytest.raises(LocalAwsError, match=r"is damaged \(journal/us-east-1\.0: line \d+\): .*give another folder"):
        scripted(crashed)
    path.write_bytes(content)
    with scripted(crashed) as aws:
        assert names(aws) == ["j", "j"]


def test_a_crash_within_the_change_to_another_journal_loses_nothing(crashed: Path) -> None:
    # The last lines are in the next journal already, and the list of files does not know it yet.
    path = crashed / "journal" / "us-east-1.0"
    *first, last = path.read_bytes().splitlines(keepends=True)
    path.unlink()
    old = journal_file.JournalFile(path)
    for line in first:
        old.append(line[9:-1].decode())
    old.append('{"next": 1}')
    old.close()
    (crashed / "journal" / "us-east-1.1").write_bytes(last)
    with scripted(crashed) as aws:
        assert names(aws) == ["j", "j"]


@pytest.fixture
def changed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a server whose journal goes on in a second file, of which the list of files does not know yet."""
    monkeypatch.setattr("batchwright.local.state.saver.SAVE_SECONDS", 600)
    folder = tmp_path / "s"
    with scripted(folder) as aws:
        batch_parts(aws)
        submit(aws, "first")
        journals = aws._machinery._keeper.journals  # type: ignore[union-attr]
        manifest = (folder / "state.json").read_bytes()
        monkeypatch.setattr("batchwright.local.state.journals._LONGEST", 0)
        assert dict(journals.saved())["us-east-1"]
        submit(aws, "second")
        files = {path: path.read_bytes() for path in (folder / "journal").iterdir()}
    (folder / "state.json").write_bytes(manifest)
    for path, content in files.items():
        path.write_bytes(content)
    return folder


def test_a_journal_goes_on_in_the_next_one(changed_over: Path) -> None:
    with scripted(changed_over) as aws:
        assert names(aws) == ["first", "second"]


def test_a_journal_that_lost_where_it_goes_on_is_refused(changed_over: Path) -> None:
    path = changed_over / "journal" / "us-east-1.0"
    whole = path.read_bytes()
    for end in (whole.rstrip(b"\n").rfind(b"\n") + 1, 100, 0):
        path.write_bytes(whole[:end])
        with pytest.raises(LocalAwsError, match=r"is damaged \(journal/us-east-1\.0: .*us-east-1\.1.*\): "):
            scripted(changed_over)
    path.unlink()
    with pytest.raises(LocalAwsError, match=r"is damaged \(journal/us-east-1\.0 is missing\): "):
        scripted(changed_over)


def test_a_full_disk_is_warned_of_and_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with caplog.at_level(logging.WARNING), scripted(tmp_path / "s") as aws:
        batch_parts(aws)
        with monkeypatch.context() as patch:
            patch.setattr(journal_file.os, "write", full)
            for _ in range(3):
                assert aws.batch.wait(submit(aws, "j"), 30)["status"] == "SUCCEEDED"  # type: ignore[index]
        said = [record.message for record in caplog.records if "No space left" in record.message]
        assert len(said) == 1
        assert "free some space" in said[0]
        submit(aws, "later")
    with scripted(tmp_path / "s") as aws:
        assert names(aws) == ["j", "j", "j", "later"]


def test_a_journal_that_failed_is_replaced_while_the_server_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("batchwright.local.state.saver.SAVE_SECONDS", 0.05)
    with scripted(tmp_path / "s") as aws:
        batch_parts(aws)
        with monkeypatch.context() as patch:
            patch.setattr(journal_file.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(5, "Input/output error")))
            submit(aws, "j")
        folder = tmp_path / "s" / "journal"
        eventually(lambda: (folder / "us-east-1.1").exists() or None)
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("place", ["state.folder._write", "state.keeper.StateFolder.commit"])
def test_a_save_that_failed_half_way_is_made_up_for_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("batchwright.local.state.saver.SAVE_SECONDS", 600)
    with scripted(tmp_path / "s") as aws:
        keeper = aws._machinery._keeper
        assert keeper is not None
        batch_parts(aws)
        submit(aws, "first")
        with monkeypatch.context() as patch:
            patch.setattr("batchwright.local.state.journals._LONGEST", 0)
            patch.setattr(f"batchwright.local.{place}", full)
            keeper.save_now()
            submit(aws, "second")
        keeper.save_now()
        submit(aws, "third")
        # As a crash would leave it now.
        shutil.copytree(tmp_path / "s", tmp_path / "killed")
    with scripted(tmp_path / "killed") as aws:
        assert names(aws) == ["first", "second", "third"]


def test_a_folder_that_cannot_be_written_is_one_line() -> None:
    with pytest.raises(
        LocalAwsError, match=r"cannot be used \(.*\): give a folder that this user can write to"
    ) as error:
        scripted(Path("/proc/batchwright-state"))
    assert "\n" not in str(error.value)


def test_an_execution_that_ran_is_aborted(tmp_path: Path) -> None:
    states = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}
    with server(
        "import json\n"
        "saver.SAVE_SECONDS = 0.05\n"
        f"aws = LocalAws(runner='process', state_dir={str(tmp_path / 's')!r})\n"
        "machines = aws.client('stepfunctions')\n"
        f"definition = json.dumps({states!r})\n"
        "role = 'arn:aws:iam::123456789012:role/r'\n"
        "made = machines.create_state_machine(name='m', definition=definition, roleArn=role)\n"
        "print(machines.start_execution(stateMachineArn=made['stateMachineArn'])['executionArn'])\n"
    ) as killed:
        (execution,) = lines(killed)
        eventually(lambda: execution.encode() in kept(tmp_path / "s", "service/stepfunctions") or None)
    with scripted(tmp_path / "s") as aws:
        found = aws.client("stepfunctions").describe_execution(executionArn=execution)
        assert (found["status"], found["error"]) == ("ABORTED", "LocalAws.Ended")
        history = aws.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
        assert history[-1]["type"] == "ExecutionAborted"


def test_a_stack_in_the_middle_of_its_creation_is_failed_and_can_be_made_anew(tmp_path: Path) -> None:
    waits = {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "600"},
        },
    }
    with server(
        "import json\n"
        "saver.SAVE_SECONDS = 0.05\n"
        f"aws = LocalAws(runner='process', state_dir={str(tmp_path / 's')!r})\n"
        f"template = json.dumps({{'Resources': {waits!r}}})\n"
        "stacks = aws.client('cloudformation')\n"
        "stacks.create_stack(StackName='half', TemplateBody=template)\n"
        "print(stacks.describe_stacks()['Stacks'][0]['StackStatus'])\n"
    ) as killed:
        assert lines(killed) == ["CREATE_IN_PROGRESS"]
        eventually(lambda: b"CREATE_IN_PROGRESS" in kept(tmp_path / "s", "service/cloudformation") or None)
    with scripted(tmp_path / "s") as aws:
        stacks = aws.client("cloudformation")
        (found,) = stacks.describe_stacks()["Stacks"]
        assert found["StackStatus"] == "CREATE_FAILED"
        assert found["StackStatusReason"] == "The local AWS ended in the middle of it"
        stacks.delete_stack(StackName="half")
        stacks.get_waiter("stack_delete_complete").wait(StackName="half", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        stacks.create_stack(StackName="half", TemplateBody=json.dumps({"Resources": {"H": waits["Handle"]}}))
        stacks.get_waiter("stack_create_complete").wait(StackName="half", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
