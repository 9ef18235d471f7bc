from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import LocalServer, ScriptedRunner, eventually

from batchwright.local import LocalAws, LocalAwsError

if TYPE_CHECKING:
    from collections.abc import Mapping


def start(**options: Any) -> LocalAws:  # noqa: ANN401
    return LocalAws(runner="process", batch_runner=ScriptedRunner(), **options)


def test_it_starts_answers_and_is_gone_after_close() -> None:
    before = dict(os.environ)
    with start(account="210987654321", region="eu-west-1") as aws:
        host, port = aws.endpoint.removeprefix("http://").split(":")
        assert host == "127.0.0.1"
        assert aws.client("sts").get_caller_identity()["Account"] == "210987654321"
        assert aws.session().client("sqs").create_queue(QueueName="q")["QueueUrl"].startswith(aws.endpoint)

    assert dict(os.environ) == before
    assert not any(name.split(".")[0] == "ministack" for name in sys.modules)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)), timeout=5)
    aws.close()


def test_a_second_one_starts_empty_and_with_its_own_account() -> None:
    with start() as first:
        first.client("s3").create_bucket(Bucket="only-in-the-first")
    with start(account="111111111111", region="eu-central-1") as second:
        assert second.client("s3").list_buckets()["Buckets"] == []
        topic = second.client("sns").create_topic(Name="t")["TopicArn"]
        assert topic == "arn:aws:sns:eu-central-1:111111111111:t"


def test_two_at_a_time_are_refused() -> None:
    with start() as first:
        with pytest.raises(LocalAwsError, match="open in this process already"):
            start()
        assert first.client("sts").get_caller_identity()


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LocalAwsError, match=rf"cannot listen on 127\.0\.0\.1 port {port}: .*port=0 takes a free"):
            start(port=port)
    with start(port=port) as aws:
        assert aws.endpoint.endswith(f":{port}")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"port": 70000}, "port: 70000 is not allowed"),
        ({"account": "12"}, "account: '12' is not allowed; give 12 digits"),
        ({"region": "Mars"}, "region: 'Mars' is not allowed"),
        ({"runner": "vm"}, "runner: 'vm' is not allowed"),
    ],
)
def test_bad_values_are_named(options: Mapping[str, Any], expected: str) -> None:
    with pytest.raises(LocalAwsError, match=expected):
        LocalAws(**options)


def test_all_bad_values_are_told_at_once() -> None:
    with pytest.raises(LocalAwsError, match=r"port: .*; account: .*; region: "):
        LocalAws(port=-1, account="x", region="x")


def test_the_environment_points_every_sdk_here() -> None:
    with start(region="eu-west-1") as aws:
        variables = aws.environment()

    assert variables["AWS_ENDPOINT_URL"] == aws.endpoint
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == variables["CDK_DEFAULT_REGION"] == "eu-west-1"
    assert variables["CDK_DEFAULT_ACCOUNT"] == "123456789012"
    shim = Path(variables["CDK_DOCKER"])
    assert os.access(shim, os.X_OK)
    assert subprocess.run([shim, "push", "anything"], check=False, timeout=10).returncode == 0


def test_the_users_shell_has_no_say() -> None:
    program = (
        "import boto3, json, os\n"
        "from batchwright.local import LocalAws\n"
        "with LocalAws(runner='process') as aws:\n"
        "    print(aws.client('sts').get_caller_identity()['Account'])\n"
        "    print(aws.session().client('sts').get_caller_identity()['Account'])\n"
        "    os.environ.update(aws.environment())\n"
        "    print(boto3.client('s3').create_bucket(Bucket='here')['Location'], boto3.client('s3').meta.endpoint_url)\n"
    )
    shell = {
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_SESSION_TOKEN": "token",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "https_proxy": "http://127.0.0.1:1",
    }

    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **shell},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split()[:2] == ["123456789012", "123456789012"]
    assert "http://127.0.0.1:" in ran.stdout


def test_an_engine_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")

    with pytest.raises(LocalAwsError, match="no Docker engine answers"):
        LocalAws(runner="docker")
    with LocalAws(runner="auto") as aws:
        assert aws.runner_kind == "process"
        assert "no Docker engine answers" in aws.runner_reason


def test_closing_with_work_in_progress_leaves_nothing() -> None:
    server = LocalServer()
    queue, definition = server.batch_queue("busy")
    overrides = {"environment": [{"name": "WAIT", "value": "1"}]}
    server.client("batch").submit_job(
        jobName="endless", jobQueue=queue, jobDefinition=definition, containerOverrides=overrides
    )
    waiting = {"StartAt": "Run", "States": {"Run": {"Type": "Task", "End": True}}}
    waiting["States"]["Run"].update(  # type: ignore[attr-defined]
        Resource="arn:aws:states:::batch:submitJob.sync",
        Parameters={
            "JobName": "endless",
            "JobQueue": queue,
            "JobDefinition": definition,
            "ContainerOverrides": {"Environment": [{"Name": "WAIT", "Value": "1"}]},
        },
    )
    server.run_machine(waiting, wait=False)
    eventually(lambda: True if len(server.runner.attempts) == 2 else None)

    server.close()

    assert len(server.runner.stops) == 2
    names = [thread.name for thread in threading.enumerate()]
    assert not any(name.startswith(("batchwright", "ministack-worker")) for name in names)


def test_a_step_of_the_end_that_fails_does_not_hold_back_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = start()
    workplace = aws._machinery.workplace
    close = workplace.close_engines

    def interrupted() -> None:
        close()
        raise KeyboardInterrupt

    monkeypatch.setattr(workplace, "close_engines", interrupted)
    with pytest.raises(KeyboardInterrupt):
        aws.close()

    assert not any(name.split(".")[0] == "ministack" for name in sys.modules)
    with start() as next_one:
        assert next_one.client("sts").get_caller_identity()


def test_nothing_is_written_to_the_terminal(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import json, time\n"
        "from batchwright.local import LocalAws\n"
        "with LocalAws(runner='process') as aws:\n"
        "    formation = aws.client('cloudformation')\n"
        "    queue = {'Type': 'AWS::Batch::JobQueue', 'Properties': {'Priority': 1}}\n"
        "    formation.create_stack(StackName='bad', TemplateBody=json.dumps({'Resources': {'Q': queue}}))\n"
        "    while formation.describe_stacks()['Stacks'][0]['StackStatus'].endswith('IN_PROGRESS'):\n"
        "        time.sleep(0.05)\n"
        "    aws.client('sns').create_topic(Name='t')\n"
        "    print(formation.describe_stacks()['Stacks'][0]['StackStatus'])\n"
    )

    ran = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=False)

    assert (ran.stdout.strip(), ran.stderr) == ("ROLLBACK_COMPLETE", "")


def test_importing_the_package_is_cheap() -> None:
    program = (
        "import sys, json, batchwright.local, batchwright.local.pytest_plugin\n"
        "print(json.dumps([n for n in ('ministack', 'boto3', 'botocore', 'docker', 'jsii', 'hypercorn') "
        "if n in sys.modules]))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert json.loads(ran.stdout) == []
