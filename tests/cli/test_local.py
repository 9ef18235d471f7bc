"""`batchwright local`, with servers in processes of their own, as a user has them."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support.assemblies import REPOSITORY, Assembly
from support.command import Ran

from batchwright.cli import main
from batchwright.cli.failure import CommandError
from batchwright.cli.local.status import engine_fault, print_queues, that_says_why, why
from batchwright.cli.local.told import told
from batchwright.local.control import Record, ServerRecords
from batchwright.local.processes import process_began

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_SECONDS = 120


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def batchwright(home: Path) -> Callable[..., Ran]:
    """Runs the command in a process of its own, with a folder of records of its own."""

    def run(*arguments: str) -> Ran:
        ended = subprocess.run(
            [sys.executable, "-m", "batchwright.cli", "local", *arguments],
            env={**os.environ, "XDG_STATE_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture(scope="module")
def record(batchwright: Callable[..., Ran], home: Path) -> Iterator[Record]:
    """A server in the background."""
    started = batchwright("up", "--detach", "--port", "0", "--runner", "process", "--iam")
    assert started.code == 0, started.err
    (record,) = ServerRecords(home / "batchwright" / "servers").running()
    yield record
    batchwright("down", "--all")
    assert not record.alive


def job(image: str, **container: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "Type": "AWS::Batch::JobDefinition",
        "Properties": {
            "Type": "container",
            "JobDefinitionName": "greet",
            "ContainerProperties": {
                "Image": {"Fn::Sub": image},
                "ResourceRequirements": [{"Type": "VCPU", "Value": "1"}, {"Type": "MEMORY", "Value": "128"}],
                **container,
            },
        },
    }


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A queue, and a job whose image has a program that greets."""
    folder = tmp_path_factory.mktemp("cdk.out")
    program = folder / "asset.abc"
    program.mkdir()
    (program / "Dockerfile").write_text("FROM scratch\n")
    (program / "process.json").write_text('{"command": ["python", "-c", "print(\'hello from a job\')"]}')
    image = {
        "source": {"directory": "asset.abc"},
        "destinations": {"here": {"repositoryName": REPOSITORY, "imageTag": "abc"}},
    }
    environment = {"Type": "managed", "ComputeResources": {"Type": "EC2", "MaxvCpus": 4, "Subnets": ["subnet-1"]}}
    environment["ComputeResources"] |= {"InstanceRole": "role", "InstanceTypes": ["m7i"], "MinvCpus": 0}  # type: ignore[operator]
    order = [{"ComputeEnvironment": {"Ref": "Environment"}, "Order": 1}]
    template = {
        "Resources": {
            "Environment": {"Type": "AWS::Batch::ComputeEnvironment", "Properties": environment},
            "Queue": {
                "Type": "AWS::Batch::JobQueue",
                "Properties": {"JobQueueName": "greetings", "Priority": 1, "ComputeEnvironmentOrder": order},
            },
            "Job": job("${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/" + REPOSITORY + ":abc"),
        },
        "Outputs": {"Queue": {"Value": {"Ref": "Queue"}}},
    }
    return Assembly(folder).stack("Greeter", template, images={"abc": image}).folder


def submit(record: Record, definition: str = "greet") -> str:
    from batchwright.local.control import ControlClient

    batch = ControlClient(record).client("batch")
    return str(batch.submit_job(jobName="one", jobQueue="greetings", jobDefinition=definition)["jobId"])


def test_a_stack_is_deployed_its_job_runs_and_its_output_is_shown(
    batchwright: Callable[..., Ran], record: Record, assembly: Path
) -> None:
    deployed = batchwright("deploy", str(assembly), "--json")
    assert deployed.code == 0, deployed.err
    assert json.loads(deployed.out)["Greeter"]["Queue"].endswith("job-queue/greetings")

    shown = batchwright("logs", "--follow", submit(record))
    assert (shown.code, shown.out) == (0, "hello from a job\n")

    state = json.loads(batchwright("status", "--json").out)
    assert state["stacks"]["Greeter"] == "CREATE_COMPLETE"
    assert state["queues"]["greetings"]["SUCCEEDED"] == 1
    assert state["iam"] is True
    assert "greetings" in batchwright("status").out

    assert batchwright("destroy", str(assembly)).code == 0
    assert json.loads(batchwright("status", "--json").out)["stacks"].keys() == {"CDKToolkit"}


def test_what_a_shell_needs_is_printed(batchwright: Callable[..., Ran], record: Record) -> None:
    lines = batchwright("env").out.splitlines()

    assert f"export AWS_ENDPOINT_URL={record.endpoint}" in lines
    assert all(line.startswith("export ") for line in lines)


def test_a_failed_deployment_says_why(batchwright: Callable[..., Ran], record: Record, tmp_path: Path) -> None:
    assert record.alive
    template = {"Resources": {"Job": job("nothing:1", LogConfiguration={"LogDriver": "nonsense"})}}
    template["Resources"]["Job"]["Properties"]["Type"] = "nonsense"
    folder = Assembly(tmp_path / "cdk.out").stack("Broken", template).folder

    failed = batchwright("deploy", str(folder))

    assert failed.code == 2
    assert failed.err.startswith("batchwright: ")
    assert failed.err.count("\n") == 1
    assert "Broken" in failed.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("deploy", "nowhere"), "there is no folder nowhere; `cdk synth` writes one"),
        (("deploy", "."), ". is no folder that `cdk synth` wrote: it has no manifest.json"),
        (("logs", "no-such-job"), "there is no job 'no-such-job'"),
        (("status", "--port", "1"), "no local AWS is up on port 1; there are some on: "),
        (("up", "--account", "12"), "account: '12' is not allowed; give 12 digits"),
        (("up", "--region", "moon"), "region: 'moon' is not allowed"),
    ],
)
def test_a_mistake_is_one_line(
    batchwright: Callable[..., Ran], record: Record, arguments: tuple[str, ...], said: str
) -> None:
    assert record.alive
    ended = batchwright(*arguments)

    assert ended.code == 2
    assert ended.err.startswith("batchwright: ")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_taken_port_is_named_also_from_the_background(batchwright: Callable[..., Ran], record: Record) -> None:
    ended = batchwright("up", "--detach", "--port", str(record.port), "--runner", "process")

    assert ended.code == 2
    assert f"port {record.port}" in ended.err
    assert "--port 0" in ended.err


def test_without_a_server_the_way_to_one_is_named(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "batchwright.cli", "local", "status"],
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stderr == "batchwright: no local AWS is up; start one with `batchwright local up`\n"


def test_garbage_is_collected_in_commands_that_go_on_for_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def find(port: int | None) -> Record:
        seen.append(gc.isenabled())
        raise CommandError(f"none on {port}")

    monkeypatch.setattr(sys.modules["batchwright.cli.local.env"], "find", find)
    assert main(["local", "env"]) == 2
    assert seen == [True]


def test_what_is_not_up_cannot_be_ended_and_that_is_no_error_for_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert main(["local", "down", "--all"]) == 0
    assert capsys.readouterr().err == "No local AWS is up.\n"
    assert main(["local", "down"]) == 2


def test_a_killed_server_is_forgotten(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    up = [sys.executable, "-m", "batchwright.cli", "local", "up", "--port", "0", "--runner", "process"]
    with subprocess.Popen(up, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("export ")
        records = ServerRecords(tmp_path / "batchwright" / "servers")
        assert [record.pid for record in records.running()] == [server.pid]
        server.send_signal(signal.SIGKILL)
        server.wait(_SECONDS)
        assert list(records.running()) == []


def test_a_state_is_there_at_the_next_start(
    batchwright: Callable[..., Ran], home: Path, tmp_path: Path, assembly: Path
) -> None:
    up = ("up", "--detach", "--port", "0", "--runner", "process", "--state", str(tmp_path / "kept"))
    shown: list[Any] = []
    for _ in range(2):
        before = {each.port for each in ServerRecords(home / "batchwright" / "servers").running()}
        started = batchwright(*up)
        assert started.code == 0, started.err
        found = ServerRecords(home / "batchwright" / "servers").running()
        (record,) = [each for each in found if each.port not in before]
        port = ("--port", str(record.port))
        if not shown:
            assert batchwright("deploy", str(assembly), *port).code == 0
            job = submit(record)
            assert batchwright("logs", "--follow", job, *port).out == "hello from a job\n"
        again = batchwright(*up)
        assert again.code == 2
        assert f"is in use by the local AWS of process {record.pid}: end that one, or give another folder" in again.err
        shown.append((record.port, batchwright("logs", job, *port).out, batchwright("status", "--json", *port).out))
        assert batchwright("down", *port).code == 0

    assert shown[0][:2] == shown[1][:2]
    assert json.loads(shown[0][2])["stacks"] == json.loads(shown[1][2])["stacks"]
    other = batchwright(*up, "--region", "eu-west-1")
    assert other.code == 2
    assert "is of account 123456789012 in us-east-1" in other.err
    assert other.err.count("\n") == 1


def test_ctrl_c_ends_a_server_and_its_record_and_the_end_of_the_terminal_does_not_under_nohup(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "home")}
    up = [sys.executable, "-m", "batchwright.cli", "local", "up", "--port", "0", "--runner", "process"]
    up = ["nohup", *up, "--state", str(tmp_path / "kept")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(up, env=environment, text=True, **pipes) as server:  # type: ignore[call-overload]
        assert server.stdout is not None
        assert server.stdout.readline().startswith("export ")
        server.send_signal(signal.SIGHUP)
        server.send_signal(signal.SIGINT)
        said = server.stderr.read().splitlines()
        assert server.wait(_SECONDS) == 0
    assert list((tmp_path / "home").rglob("*.json")) == []
    assert said[0].startswith("A local AWS is up at http://127.0.0.1:")
    assert said[1:3] == [
        "IAM policies are not enforced (--iam does).",
        f"What it holds is kept in {tmp_path / 'kept'}.",
    ]
    assert said[-1] == ("Ending it: jobs are stopped, and what they left is removed. They go on with the next start.")


class TestRecords:
    def record(self, **changes: Any) -> Record:  # noqa: ANN401
        values: dict[str, Any] = {
            "pid": os.getpid(),
            "began": process_began(os.getpid()),
            "endpoint": "http://127.0.0.1:4566",
            "token": "secret",
            "account": "123456789012",
            "region": "us-east-1",
            "iam": False,
            "docker_host": None,
        }
        return Record(**{**values, **changes})

    def test_a_record_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        path = ServerRecords(tmp_path).write(self.record())

        assert path.stat().st_mode & 0o777 == 0o600

    def test_another_process_with_the_same_number_is_not_the_server(self, tmp_path: Path) -> None:
        records = ServerRecords(tmp_path)
        records.write(self.record(began="1"))

        assert list(records.running()) == []
        assert list(tmp_path.iterdir()) == []

    def test_a_server_that_took_the_port_is_not_forgotten_with_the_old_one(self, tmp_path: Path) -> None:
        records = ServerRecords(tmp_path)
        records.write(self.record())

        records.remove(self.record(token="older"))

        assert len(records.running()) == 1

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"pid": "x"}', "\x00"])
    def test_a_file_that_is_no_record_is_removed(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "4566.json").write_text(content)

        assert list(ServerRecords(tmp_path).running()) == []


def test_a_failure_is_told_with_what_the_container_said() -> None:
    lost = {"statusReason": "Task failed to start", "container": {"reason": "CannotPullContainerError: none"}}

    assert why(lost) == "Task failed to start: CannotPullContainerError: none"
    assert why({"statusReason": "Essential container in task exited", "container": {"exitCode": 3}}) == (
        "Essential container in task exited: exit code 3"
    )
    assert why({"statusReason": "enough"}) == "enough"
    assert why({}) == ""


def test_of_an_array_that_failed_the_first_child_says_why() -> None:
    class Batch:
        def list_jobs(self, **request: str) -> dict[str, Any]:
            assert request == {"arrayJobId": "a", "jobStatus": "FAILED"}
            return {"jobSummaryList": [{"jobId": f"a:{n}", "arrayProperties": {"index": n}} for n in (7, 3)]}

    assert that_says_why(Batch(), {"jobId": "a", "arrayProperties": {"size": 9}})["jobId"] == "a:3"
    assert that_says_why(Batch(), {"jobId": "b"}) == {"jobId": "b"}


def test_only_states_that_occur_are_shown_so_that_names_have_room(capsys: pytest.CaptureFixture[str]) -> None:
    none = dict.fromkeys(("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"), 0)
    print_queues({"short": none, "a-long-name-of-a-queue": {**none, "RUNNING": 3}, "x": {**none, "FAILED": 12}})
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Queue                   RUNNING  FAILED",
        "short                         0       0",
        "a-long-name-of-a-queue        3       0",
        "x                             0      12",
    ]
    print_queues({"q": none})
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:]] == [["Queue", "Jobs"], ["q", "0"]]


def test_an_engine_that_is_away_is_named(tmp_path: Path) -> None:
    host = f"unix://{tmp_path}/no.sock"

    assert engine_fault(host) == f"the Docker engine at {host} does not answer: No such file or directory"
    assert engine_fault(None) is None


def test_warnings_are_told_while_a_server_runs(capsys: pytest.CaptureFixture[str]) -> None:
    with told():
        logging.getLogger("batchwright.local.runners").warning("no memory limits")
        logging.getLogger("batchwright.local.ministack.s3").warning("of no interest")
        logging.getLogger("batchwright.local.ministack.s3").error("broken")
        logging.getLogger("batchwright.local").info("a detail")
    logging.getLogger("batchwright.local").warning("not ours any more")

    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["WARNING no memory limits", "ERROR broken"]
