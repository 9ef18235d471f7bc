"""The real CDK command line against the local AWS: bootstrap, deploy, change, diff, deploy, destroy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from batchwright.local import LocalAws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.docker, pytest.mark.node, pytest.mark.slow]

_CHANGED_APP = """\
import aws_cdk as cdk
from stacks.embeddings import ImageEmbeddings

app = cdk.App()
ImageEmbeddings(app, "ImageEmbeddings", images_per_job=250)
app.synth()
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(runner="docker", iam=True) as server:
        yield server


@pytest.fixture(scope="module")
def cdk(aws: LocalAws, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs the CDK command line as a user of the checkout would, and returns what it said."""
    output = tmp_path_factory.mktemp("cli") / "cdk.out"

    def run(*arguments: str) -> str:
        command = [str(root / "tools/cdk"), *arguments, "--output", str(output), "--no-color", "--ci", "--no-notices"]
        environment = {**os.environ, **aws.environment(), "CDK_VALIDATION": "true"}
        ended = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        said = ended.stdout + ended.stderr
        assert ended.returncode == 0, f"cdk {' '.join(arguments)} ended with {ended.returncode}:\n{said}"
        return said

    return run


@pytest.fixture(scope="module")
def changed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same stack with one number changed, synthesized."""
    folder = tmp_path_factory.mktemp("changed")
    (folder / "app.py").write_text(_CHANGED_APP)
    context = json.dumps(json.loads((root / "cdk.json").read_text())["context"])
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(folder / "cdk.out"),
        "CDK_CONTEXT_JSON": context,
        "PYTHONPATH": str(root),
    }
    subprocess.run([sys.executable, str(folder / "app.py")], env=environment, check=True, timeout=300)
    return str(folder / "cdk.out")


def images_per_job(aws: LocalAws) -> list[str]:
    """IMAGES_PER_JOB of every function that has it."""
    functions = aws.client("lambda").list_functions()["Functions"]
    variables = [function.get("Environment", {}).get("Variables", {}) for function in functions]
    return [values["IMAGES_PER_JOB"] for values in variables if "IMAGES_PER_JOB" in values]


def test_deploy_change_diff_destroy(aws: LocalAws, cdk: Callable[..., str], assembly: Path, changed: str) -> None:
    cloudformation = aws.client("cloudformation")

    # The first deployment runs the app as cdk.json says; the others take what was synthesized, to save the time.
    cdk("bootstrap", f"aws://{aws.account}/{aws.region}", "--app", str(assembly))
    cdk("deploy", "ImageEmbeddings", "--require-approval", "never")
    first = cloudformation.describe_stacks(StackName="ImageEmbeddings")["Stacks"][0]
    assert first["StackStatus"] == "CREATE_COMPLETE"
    assert images_per_job(aws) == ["1000"]

    assert "IMAGES_PER_JOB" in cdk("diff", "ImageEmbeddings", "--app", changed)
    cdk("deploy", "ImageEmbeddings", "--require-approval", "never", "--app", changed)
    second = cloudformation.describe_stacks(StackName="ImageEmbeddings")["Stacks"][0]
    assert second["StackStatus"] == "UPDATE_COMPLETE"
    assert images_per_job(aws) == ["250"]
    assert second["Outputs"] == first["Outputs"], "an update in place replaces nothing"
    assert "There were no differences" in cdk("diff", "ImageEmbeddings", "--app", changed)

    cdk("destroy", "ImageEmbeddings", "--force", "--app", changed)
    assert not [s for s in cloudformation.describe_stacks()["Stacks"] if s["StackName"] == "ImageEmbeddings"]
    batch = aws.client("batch")
    assert batch.describe_job_queues()["jobQueues"] == []
    assert batch.describe_compute_environments()["computeEnvironments"] == []
