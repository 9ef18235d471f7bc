"""The demo as a user runs it, in a process of its own, with jobs as processes of this machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MARK = "BATCHWRIGHT_DEMO_TEST"
IMAGES, JOBS = 40, 3
SECONDS = 300


@dataclass(frozen=True)
class Place:
    """Where the demo writes, and how what it starts can be told from everything else."""

    root: Path
    out: Path
    temporary: Path
    mark: str

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Start the demo as leader of a session of its own."""
        command = [sys.executable, "-m", "tools.demo", "--runner", "process", "--out", str(self.out), *options]
        return subprocess.Popen(
            command,
            cwd=self.root,
            env={**os.environ, MARK: self.mark, "TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def processes(self) -> list[str]:
        """Command lines of what still runs of it: every process inherits the mark."""
        wanted = f"{MARK}={self.mark}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue  # it ended meanwhile, or is another user's
        return found

    def left(self) -> list[str]:
        """Names of temporary files and folders."""
        return sorted(file.name for file in self.temporary.iterdir())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "tmp").mkdir()
    return Place(
        root=Path(__file__).resolve().parents[2], out=folder / "out", temporary=folder / "tmp", mark=uuid.uuid4().hex
    )


@pytest.fixture(scope="module")
def whole_run(place: Place) -> str:
    """What the demo printed in one whole run."""
    process = place.start("--images", str(IMAGES), "--jobs", str(JOBS))
    try:
        output, _ = process.communicate(timeout=SECONDS)
    finally:
        _end(process)
    assert process.returncode == 0, output
    return output


def test_its_numbers_agree(whole_run: str) -> None:
    numbers = dict(re.findall(r"│ ([a-z ]+?) +│ +([\d.,]+) │", whole_run))
    assert int(numbers["images"]) == IMAGES + 1
    assert int(numbers["vectors in the table"]) == IMAGES
    assert int(numbers["images that failed"]) == 1
    assert int(numbers["attempts"]) == JOBS
    assert float(numbers["images per second"]) > 0
    assert f"{JOBS} SUCCEEDED" in whole_run
    assert "Not embedded: images/not-an-image.jpg: " in whole_run


def test_it_was_started_by_the_upload_and_the_topic_heard_of_its_end(whole_run: str) -> None:
    assert "started by uploading requests/demo.json, ended SUCCEEDED" in whole_run
    last = whole_run.strip().splitlines()[-1]
    assert last.startswith("The topic received: ")
    assert "SUCCEEDED" in last


def test_it_leaves_its_two_results_and_nothing_else(whole_run: str, place: Place) -> None:
    assert sorted(file.name for file in place.out.iterdir()) == [
        "cdk.out",
        "demo.log",
        "neighbours.png",
        "timeline.html",
    ]
    with Image.open(place.out / "neighbours.png") as sheet:
        assert sheet.format == "PNG"
    page = (place.out / "timeline.html").read_text(encoding="utf-8")
    assert page.count('<g class="row">') == 1 + 1 + JOBS, "the steps, the array and its children"
    assert place.processes() == []
    assert place.left() == []


def test_the_rules_were_checked(whole_run: str) -> None:
    assert re.search(
        r"resources; cdk-nag and the CDK's rules: (\d+ findings, all reviewed and ack|no findings)", whole_run
    )


@pytest.mark.parametrize("moment", ["Deploying", "Cutting", "RUNNING Embed"])
def test_ctrl_c_leaves_nothing_behind(whole_run: str, place: Place, moment: str) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in place.out.iterdir() if file.name != "demo.log"}
    process = place.start("--images", "200", "--jobs", "4")
    try:
        seen = "".join(_lines_until(process, moment))
        assert "Took the synthesized app of an earlier run" in seen
        # To the demo alone: the terminal would send it to its whole group, which is easier.
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    finally:
        _end(process)
    assert process.returncode == 130
    assert rest.strip().splitlines()[-1] == "Stopped. What the demo had started is gone."
    assert place.processes() == []
    assert place.left() == []
    after = {file.name: file.stat().st_mtime_ns for file in place.out.iterdir() if file.name != "demo.log"}
    assert after == before


@pytest.mark.usefixtures("whole_run")
def test_a_failure_is_one_panel_and_a_code(place: Place, tmp_path: Path) -> None:
    blocked = Place(root=place.root, out=tmp_path / "out", temporary=place.temporary, mark=place.mark)
    environment = {**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock"}
    (blocked.out).mkdir()
    (blocked.out / "cdk.out").symlink_to(place.out / "cdk.out")
    command = [sys.executable, "-m", "tools.demo", "--runner", "docker", "--out", str(blocked.out)]
    done = subprocess.run(
        command, cwd=place.root, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 1
    assert "The local AWS failed" in done.stdout
    assert "no Docker engine answers" in done.stdout
    assert "--runner process" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def _lines_until(process: subprocess.Popen[str], text: str) -> Iterator[str]:
    assert process.stdout is not None
    deadline = time.monotonic() + SECONDS
    for line in process.stdout:
        yield line
        if text in line:
            return
        assert time.monotonic() < deadline
    pytest.fail(f"the demo ended before it said {text!r}")


def _end(process: subprocess.Popen[str]) -> None:
    """Whatever happened, no test leaves the demo running."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
