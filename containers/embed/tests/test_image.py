"""The image as an engine builds and runs it."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from embed_aws import LoopbackAws

FOLDER = Path(__file__).resolve().parents[1]
BASE = FOLDER.parents[1] / "tools" / "base-image"

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def _docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=500, check=False)
    assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """The image, built by the classic builder, which BuildKit's own checks do not help."""
    subprocess.run([str(BASE)], check=True, timeout=900)
    name = f"batchwright-embed-test:{uuid.uuid4().hex[:8]}"
    # Host networking, as builds on a private engine need the host's way to the package index.
    _docker("build", "--network", "host", "--tag", name, str(FOLDER))
    yield name
    _docker("image", "rm", "--force", name, check=False)


def _run(image: str, aws: LoopbackAws, *, index: int = 0) -> subprocess.CompletedProcess[str]:
    variables = {
        **aws.environment(),
        "MANIFEST_URI": "s3://data/manifests/monday/manifest.json",
        "TABLE_NAME": "vectors",
        "AWS_BATCH_JOB_ARRAY_INDEX": str(index),
    }
    options = [part for name, value in variables.items() for part in ("--env", f"{name}={value}")]
    return _docker("run", "--rm", "--network", "host", "--read-only", "--cap-drop", "ALL", *options, image, check=False)


@pytest.mark.skipif(
    not os.environ.get("DOCKER_HOST", "unix://").startswith("unix://"), reason="the engine is on another machine"
)
def test_a_container_embeds_on_a_read_only_root_without_capabilities(
    image: str, aws: LoopbackAws, png: Callable[..., bytes]
) -> None:
    aws.put_run({**{f"images/{n}.png": png(n) for n in range(8)}, "images/bad.png": b"bad"})
    done = _run(image, aws)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(aws.objects["data/reports/monday/0.json"])
    assert (report["embedded"], report["failed"], report["provider"]) == (8, 1, "CPUExecutionProvider")
    assert len(aws.items) == 8
    outside = _run(image, aws, index=3)
    assert outside.returncode == 22
    assert len(outside.stderr.splitlines()) == 1


def test_the_image_is_small_runs_as_nobody_and_holds_no_tests(image: str) -> None:
    shown = json.loads(_docker("image", "inspect", image).stdout)[0]
    assert shown["Config"]["User"] == "65532:65532"
    assert shown["Config"]["Entrypoint"] == ["python", "-m", "embed"]
    assert shown["Size"] < 300e6
    listed = _docker("run", "--rm", "--network", "none", "--entrypoint", "find", image, "/opt/embed").stdout
    assert "__pycache__/main" in listed
    assert "tests" not in listed
    assert "make_network" not in listed
