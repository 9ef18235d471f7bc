"""The deployed image embeddings, with the few things that a test does to them."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING, Any

from PIL import Image
from skimage import data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local import LocalAws

_DEADLINE = 180.0


class EmbeddingSystem:
    """Uploads images, starts runs, reads what came of them."""

    def __init__(self, aws: LocalAws, outputs: Mapping[str, str]) -> None:
        self.aws = aws
        self.bucket = outputs["BucketName"]
        self.table = outputs["TableName"]
        self.queue = outputs["QueueArn"]
        self.machine = outputs["StateMachineArn"]
        self.topic = outputs["TopicArn"]

    def upload(self, key: str, content: bytes) -> None:
        self.aws.client("s3").put_object(Bucket=self.bucket, Key=key, Body=content)

    def upload_tiles(self, prefix: str, count: int) -> list[str]:
        """Upload tiles of a photograph; returns their keys."""
        photograph = Image.fromarray(data.astronaut())
        keys = [f"{prefix}{number:03}.jpg" for number in range(count)]
        for number, key in enumerate(keys):
            left, top = number * 37 % 380, number * 53 % 380
            file = io.BytesIO()
            photograph.crop((left, top, left + 128, top + 128)).save(file, "JPEG", quality=85)
            self.upload(key, file.getvalue())
        return keys

    def run(self, request: Mapping[str, Any], *, name: str) -> dict[str, Any]:
        """Start an execution and wait for its end."""
        machines = self.aws.client("stepfunctions")
        started = machines.start_execution(stateMachineArn=self.machine, name=name, input=json.dumps(request))
        return self.wait(started["executionArn"])

    def wait(self, execution: str) -> dict[str, Any]:
        """Wait for the end of an execution."""
        machines = self.aws.client("stepfunctions")
        ends = time.monotonic() + _DEADLINE
        while time.monotonic() < ends:
            found: dict[str, Any] = machines.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.1)
        raise AssertionError(f"{execution} is still running after {_DEADLINE} s")

    def executions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.aws.client("stepfunctions").list_executions(stateMachineArn=self.machine)[
            "executions"
        ]
        return found

    def items(self, prefix: str) -> dict[str, dict[str, Any]]:
        """All items whose image lies below a prefix, by key."""
        pages = self.aws.client("dynamodb").get_paginator("scan").paginate(TableName=self.table)
        items = {item["ImageId"]["S"]: item for page in pages for item in page["Items"]}
        return {
            image: item for image, item in items.items() if image.rpartition(f"{self.bucket}/")[2].startswith(prefix)
        }

    def json(self, key: str) -> dict[str, Any]:
        body = self.aws.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        found: dict[str, Any] = json.loads(body)
        return found

    def lines(self, prefix: str) -> list[dict[str, Any]]:
        """All JSON lines of the objects below a prefix."""
        client = self.aws.client("s3")
        listed = client.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        bodies = [client.get_object(Bucket=self.bucket, Key=item["Key"])["Body"].read().decode() for item in listed]
        return [json.loads(line) for body in bodies for line in body.splitlines()]

    def keys(self, prefix: str) -> list[str]:
        """The keys below a prefix."""
        listed = self.aws.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for item in listed.get("Contents", [])]

    def job_definition(self) -> str:
        """The one active job definition."""
        (found,) = self.aws.client("batch").describe_job_definitions(status="ACTIVE")["jobDefinitions"]
        return str(found["jobDefinitionArn"])

    def log(self, job: Mapping[str, Any]) -> list[str]:
        """What a job wrote."""
        options = job["container"]["logConfiguration"]["options"]
        events = self.aws.client("logs").get_log_events(
            logGroupName=options["awslogs-group"], logStreamName=job["container"]["logStreamName"]
        )["events"]
        return [event["message"] for event in events]
