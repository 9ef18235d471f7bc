"""The program as AWS Batch runs it: a process, environment variables, signals, exit codes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from embed_aws import vector_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from embed_aws import LoopbackAws

SOURCE = Path(__file__).resolve().parents[1] / "src"
MANIFEST = "s3://data/manifests/monday/manifest.json"


def _environment(aws: LoopbackAws, **changed: str | None) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    environment = {
        **kept,
        **aws.environment(),
        "PYTHONPATH": str(SOURCE),
        "MANIFEST_URI": MANIFEST,
        "TABLE_NAME": "vectors",
        "VCPUS": "2",
        **changed,
    }
    return {name: value for name, value in environment.items() if value is not None}


def _run(aws: LoopbackAws, *arguments: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "embed", *arguments],
        env=_environment(aws, **changed),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def images(png: Callable[..., bytes]) -> dict[str, bytes]:
    return {f"images/{n:02}.png": png(n) for n in range(12)}


def test_embeds_its_list_and_reports(aws: LoopbackAws, images: dict[str, bytes]) -> None:
    aws.put_run(images, per_list=7)
    done = _run(aws, AWS_BATCH_JOB_ARRAY_INDEX="1", AWS_BATCH_JOB_ID="job:1", AWS_BATCH_JOB_ATTEMPT="2", BATCH_SIZE="2")
    assert (done.returncode, done.stderr) == (0, "")
    keys = sorted(images)[7:]
    assert sorted(aws.items) == [f"s3://data/{key}" for key in keys]
    item = aws.items[f"s3://data/{keys[0]}"]
    vector = np.frombuffer(vector_bytes(item), dtype=item["DataType"]["S"])
    assert vector.size == int(item["Dimension"]["N"]) == 512
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert (item["Width"]["N"], item["Height"]["N"]) == ("60", "40")
    assert item["SourceETag"]["S"] == hashlib.md5(images[keys[0]]).hexdigest()  # noqa: S324 - as S3 does
    report = json.loads(aws.objects["data/reports/monday/1.json"])
    assert report["model_digest"] == item["ModelDigest"]["S"]
    assert {name: report[name] for name in ("run_id", "index", "images", "embedded", "failed", "job", "attempt")} == {
        "run_id": "monday",
        "index": 1,
        "images": 5,
        "embedded": 5,
        "failed": 0,
        "job": "job:1",
        "attempt": 2,
    }
    assert report["images_sha256"] == hashlib.sha256(aws.objects["data/manifests/monday/images.jsonl"]).hexdigest()
    assert report["finished"] >= report["started"]
    assert aws.objects["data/failed/monday/1.jsonl"] == b""


def test_unreadable_images_are_listed_and_the_rest_is_embedded(
    aws: LoopbackAws, images: dict[str, bytes], png: Callable[..., bytes]
) -> None:
    images |= {
        "images/05.png": b"GIF89a, or so it says",
        "images/06.png": b"",
        "images/07.jpg": png(7, kind="JPEG", size=(300, 300))[:2000],
        "images/08.png": png(8),
    }
    aws.put_run(images)
    del aws.objects["data/images/09.png"]
    done = _run(aws)
    assert (done.returncode, done.stderr) == (0, "")
    failed = [json.loads(line) for line in aws.objects["data/failed/monday/0.jsonl"].splitlines()]
    assert {one["key"]: one["reason"].split(" (")[0] for one in failed} == {
        "images/05.png": "not an image of a known format",
        "images/06.png": "the object is empty",
        "images/07.jpg": "damaged image",
        "images/09.png": "the object no longer exists",
    }
    report = json.loads(aws.objects["data/reports/monday/0.json"])
    assert (report["images"], report["embedded"], report["failed"]) == (13, 9, 4)
    assert len(aws.items) == 9


def test_a_second_run_writes_the_same_items(aws: LoopbackAws, images: dict[str, bytes]) -> None:
    aws.put_run(images)
    assert _run(aws).returncode == 0
    first = json.loads(json.dumps(aws.items))
    assert _run(aws, DECODE_THREADS="5", DOWNLOAD_THREADS="3").returncode == 0
    assert aws.items == first
    assert aws.puts == 2 * len(images)


def test_items_that_the_table_leaves_are_written_later(aws: LoopbackAws, images: dict[str, bytes]) -> None:
    aws.put_run(images)
    aws.unprocessed = 3
    assert _run(aws).returncode == 0
    assert len(aws.items) == len(images)


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"MANIFEST_URI": None, "TABLE_NAME": "", "BATCH_SIZE": "0"}, 20, ["MANIFEST_URI", "TABLE_NAME", "BATCH_SIZE"]),
        ({"MODEL_URI": "s3://data/net.onnx"}, 20, ["MODEL_SHA256"]),
        ({"MANIFEST_URI": "s3://data/none.json"}, 21, ["s3://data/none.json", "does not exist"]),
        ({"MANIFEST_URI": "s3://data/images/00.png"}, 22, ["no manifest"]),
        ({"AWS_BATCH_JOB_ARRAY_INDEX": "4"}, 22, ["1 lists", "index 4"]),
        ({"MODEL_URI": "s3://data/none.onnx", "MODEL_SHA256": "0" * 64}, 23, ["s3://data/none.onnx"]),
        ({"MODEL_URI": "/none.onnx", "MODEL_SHA256": "0" * 64}, 23, ["/none.onnx"]),
        ({"MODEL_SHA256": "0" * 64}, 24, ["embedding-512.onnx", "0" * 64]),
        (
            {"MODEL_URI": "s3://data/bad.onnx", "MODEL_SHA256": hashlib.sha256(b"no network").hexdigest()},
            25,
            ["s3://data/bad.onnx"],
        ),
        ({"TABLE_NAME": "none"}, 27, ["none", "does not exist"]),
    ],
)
def test_what_ends_the_job_is_one_line_with_its_own_exit_code(
    aws: LoopbackAws, images: dict[str, bytes], changed: dict[str, str | None], code: int, words: list[str]
) -> None:
    aws.put_run(images)
    aws.objects["data/bad.onnx"] = b"no network"
    done = _run(aws, **changed)
    _one_line(done, code, words)


def _one_line(done: subprocess.CompletedProcess[str], code: int, words: list[str]) -> None:
    assert done.returncode == code
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in [*words, f"exit code {code}", "fix:"]:
        assert word in done.stderr


@pytest.mark.parametrize(
    ("refused", "error", "code", "words"),
    [
        ("GET data/manifests/monday/manifest.json", (403, "AccessDenied"), 26, ["manifest.json", "job role"]),
        ("GET data/images/03.png", (403, "AccessDenied"), 26, ["s3://data/images/03.png"]),
        ("PUT data/reports/monday/0.json", (403, "AccessDenied"), 26, ["writing s3://data/reports/monday/0.json"]),
        ("BatchWriteItem", (400, "AccessDeniedException"), 26, ["table vectors"]),
        ("BatchWriteItem", (400, "ValidationException"), 27, ["ImageId"]),
    ],
)
def test_a_refused_call_ends_the_job(
    aws: LoopbackAws, images: dict[str, bytes], refused: str, error: tuple[int, str], code: int, words: list[str]
) -> None:
    aws.put_run(images)
    aws.refuse[refused] = error
    _one_line(_run(aws), code, words)
    assert "data/reports/monday/0.json" not in aws.objects


def test_an_address_where_nothing_listens_is_said_so(aws: LoopbackAws, images: dict[str, bytes]) -> None:
    _one_line(_run(aws, AWS_ENDPOINT_URL="http://127.0.0.1:9", AWS_MAX_ATTEMPTS="2"), 31, ["manifest.json"])


def test_sigterm_finishes_what_is_under_way_and_leaves_no_report(aws: LoopbackAws, png: Callable[..., bytes]) -> None:
    images = {f"images/{n:03}.png": png(n) for n in range(300)}
    aws.put_run(images, per_list=300)
    aws.gate.clear()
    process = subprocess.Popen(
        [sys.executable, "-m", "embed"],
        env=_environment(aws, BATCH_SIZE="4", DOWNLOAD_THREADS="4"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert aws.reading.wait(60)
        process.send_signal(signal.SIGTERM)
        aws.gate.set()
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 143
    assert len(errors.splitlines()) == 1
    assert "SIGTERM: stopped after" in errors
    assert f"stopped after {len(aws.items)} of 300" in errors
    assert 0 < len(aws.items) < 300
    assert "data/reports/monday/0.json" not in aws.objects
    assert "data/failed/monday/0.jsonl" not in aws.objects


def test_help_and_stray_arguments(aws: LoopbackAws) -> None:
    helped = _run(aws, "--help")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert "MANIFEST_URI" in helped.stdout
    stray = _run(aws, "--batch", "5")
    assert (stray.returncode, stray.stdout) == (20, "")
    assert "takes no arguments" in stray.stderr
