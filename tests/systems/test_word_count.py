"""The project of docs/getting-started.md as its reader runs it, with jobs as processes and policies enforced."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "word_count"
_SECONDS = 300
Ran = subprocess.CompletedProcess[str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy: nothing is written into the example."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "word_count", ignore=shutil.ignore_patterns("__pycache__", ".*")))


@pytest.fixture
def shell(project: Path, tmp_path: Path) -> Callable[..., Ran]:
    """Runs a program of Python's environment in the project's folder."""
    variables = {
        **os.environ,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "CDK_OUTDIR": str(project / "cdk.out"),
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }

    def run(*arguments: str) -> Ran:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=project, env=variables, capture_output=True, text=True, timeout=_SECONDS, check=False
        )

    return run


@pytest.fixture
def batchwright(shell: Callable[..., Ran]) -> Iterator[Callable[..., Ran]]:
    """The command, with a local AWS up in the background."""

    def local(*arguments: str) -> Ran:
        return shell("-m", "batchwright.cli", "local", *arguments)

    started = local("up", "--detach", "--port", "0", "--runner", "process", "--iam")
    assert started.returncode == 0, started.stderr
    yield local
    assert local("down", "--all").returncode == 0


def test_its_own_tests_pass(shell: Callable[..., Ran]) -> None:
    ran = shell("-m", "pytest", "-p", "no:cacheprovider", "--local-aws-runner", "process", "--local-aws-iam")

    assert "2 passed" in ran.stdout, ran.stdout + ran.stderr


def test_it_is_deployed_and_run_from_the_command_line(
    shell: Callable[..., Ran], batchwright: Callable[..., Ran]
) -> None:
    synthesized = shell("word_count.py")
    assert synthesized.returncode == 0, synthesized.stderr
    deployed = batchwright("deploy", "--json")
    assert deployed.returncode == 0, deployed.stderr
    bucket = json.loads(deployed.stdout)["WordCount"]["Bucket"]

    failed = batchwright("run", "--input", '{"books": 1}')
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "FAILED: States.TaskFailed" in failed.stderr
    assert "    | there is no book 0: books/ holds 0" in failed.stderr

    variables = dict(
        line.removeprefix("export ").split("=", 1) for line in batchwright("env").stdout.splitlines() if "AWS_" in line
    )
    s3 = boto3.client(
        "s3",
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        region_name=variables["AWS_DEFAULT_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    for name in ("one", "two"):
        s3.put_object(Bucket=bucket, Key=f"books/{name}", Body=b"so many words")

    ran = batchwright("run", "Pipeline", "--input", '{"books": 2}')
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["books"] == 2
    assert "Count (" in ran.stderr
    assert "SUCCEEDED" in ran.stderr
    assert json.loads(s3.get_object(Bucket=bucket, Key="total.json")["Body"].read()) == {"so": 2, "many": 2, "words": 2}


def test_wrong_words_are_refused_in_one_line(batchwright: Callable[..., Ran], tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.json"
    wrong = {
        ("--input", '{"books":'): "--input is no JSON",
        ("--input", f"@{nothing}"): f"--input @{nothing}: the file cannot be read",
        ("--timeout", "0"): "--timeout",
        (): "there is no state machine; deploy an app that has one",
    }
    for arguments, words in wrong.items():
        ran = batchwright("run", *arguments)
        assert ran.returncode == 2, arguments
        assert words in ran.stderr
        assert "Traceback" not in ran.stderr
