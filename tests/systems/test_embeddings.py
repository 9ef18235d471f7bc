"""The image embeddings, deployed from app.py to the local AWS and run, with IAM enforced."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pytest

T = TypeVar("T")

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.embedding_system import EmbeddingSystem

pytestmark = pytest.mark.slow


def eventually(condition: Callable[[], T], *, seconds: float = 60) -> T:
    """What a condition gives once it is true."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


def mailbox(system: EmbeddingSystem, name: str) -> Callable[[], list[str]]:
    """Subscribe a queue to the topic; returns what reads its messages."""
    sqs = system.aws.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": system.topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    system.aws.client("sns").subscribe(TopicArn=system.topic, Protocol="sqs", Endpoint=arn)
    heard: list[str] = []

    def read() -> list[str]:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            heard.append(json.loads(message["Body"])["Message"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return heard

    return read


def test_array_embeds_every_image_and_lists_the_unreadable(system: EmbeddingSystem) -> None:
    keys = system.upload_tiles("array/", 12)
    system.upload("array/broken.jpg", b"not a photograph")
    heard = mailbox(system, "array")

    end = system.run({"prefixes": ["array/"], "images_per_job": 4}, name="array")

    assert end["status"] == "SUCCEEDED", end.get("cause")
    summary = system.json("summaries/array.json")
    assert (summary["images"], summary["embedded"], summary["failed"]) == (13, 12, 1)
    assert summary["complete"]
    assert summary["children"] == 4
    items = system.items("array/")
    assert len(items) == len(keys)
    for item in items.values():
        vector = np.frombuffer(item["Vector"]["B"], dtype=item["DataType"]["S"])
        assert len(vector) == int(item["Dimension"]["N"]) == 512
        assert np.isfinite(vector).all()
        assert item["ModelDigest"]["S"] == summary["model_digest"]
    (failed,) = system.lines("failed/array/")
    assert "broken.jpg" in json.dumps(failed)
    assert failed["reason"]
    message = eventually(lambda: next((text for text in heard() if "SUCCEEDED" in text), None))
    assert "array" in message


def test_one_list_is_a_single_job(system: EmbeddingSystem) -> None:
    system.upload_tiles("single/", 3)

    end = system.run({"prefixes": ["single/"], "images_per_job": 100}, name="single")

    assert end["status"] == "SUCCEEDED", end.get("cause")
    assert system.json("summaries/single.json")["children"] == 1
    assert len(system.items("single/")) == 3


def test_upload_of_a_request_starts_a_run(system: EmbeddingSystem) -> None:
    system.upload_tiles("uploaded/", 3)

    system.upload("requests/monday.json", json.dumps({"prefixes": ["uploaded/"], "images_per_job": 2}).encode())

    eventually(lambda: system.items("uploaded/") and "monday" in str(system.keys("summaries/")), seconds=120)
    summary = system.json("summaries/monday.json")
    assert (summary["embedded"], summary["complete"]) == (3, True)


def test_a_run_started_again_writes_the_same_items(system: EmbeddingSystem) -> None:
    system.upload_tiles("again/", 5)
    request = {"prefixes": ["again/"], "images_per_job": 2, "run_id": "again"}

    first_end = system.run(request, name="again-1")
    first = system.items("again/")
    second_end = system.run(request, name="again-2")

    assert (first_end["status"], second_end["status"]) == ("SUCCEEDED", "SUCCEEDED")
    assert system.items("again/") == first
    assert len(first) == 5


def test_no_images_fails_with_the_prefixes_named(system: EmbeddingSystem) -> None:
    end = system.run({"prefixes": ["nothing/"]}, name="nothing")

    assert end["status"] == "FAILED"
    assert end["error"] == "NoImages"
    assert "nothing/" in end["cause"]


def test_missing_manifest_ends_the_job_with_one_line(system: EmbeddingSystem) -> None:
    """What a child says when its manifest is gone: one line, an exit code of its own, no second attempt."""
    definition = system.job_definition()
    batch = system.aws.client("batch")
    job = batch.submit_job(
        jobName="lost",
        jobQueue=system.queue,
        jobDefinition=definition,
        containerOverrides={"environment": [{"name": "MANIFEST_URI", "value": f"s3://{system.bucket}/none.json"}]},
    )["jobId"]
    (ended,) = eventually(lambda: [j for j in batch.describe_jobs(jobs=[job])["jobs"] if "stoppedAt" in j])

    assert ended["status"] == "FAILED"
    assert len(ended["attempts"]) == 1
    assert ended["container"]["exitCode"] not in (0, 1)
    lines = system.log(ended)
    assert len(lines) == 1
    assert "none.json" in lines[0]
    assert "Traceback" not in lines[0]


def test_job_role_is_limited_to_its_own_folders(system: EmbeddingSystem) -> None:
    """A child whose reports would go outside reports/ is refused by IAM and says so in one line."""
    system.upload_tiles("denied/", 1)
    assert system.run({"prefixes": ["denied/"], "run_id": "denied"}, name="denied")["status"] == "SUCCEEDED"
    manifest = system.json("manifests/denied/manifest.json")
    manifest["reports"] = f"s3://{system.bucket}/elsewhere/"
    system.upload("manifests/denied/manifest.json", json.dumps(manifest).encode())
    batch = system.aws.client("batch")
    job = batch.submit_job(
        jobName="denied",
        jobQueue=system.queue,
        jobDefinition=system.job_definition(),
        containerOverrides={
            "environment": [{"name": "MANIFEST_URI", "value": f"s3://{system.bucket}/manifests/denied/manifest.json"}]
        },
    )["jobId"]
    (ended,) = eventually(lambda: [j for j in batch.describe_jobs(jobs=[job])["jobs"] if "stoppedAt" in j])

    assert ended["status"] == "FAILED"
    assert any("AccessDenied" in line or "denied" in line.lower() for line in system.log(ended))
