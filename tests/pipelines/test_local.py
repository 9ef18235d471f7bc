"""A pipeline with its trigger and its notifications, deployed to the local AWS and run with IAM enforced."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from support.local_server import LocalServer, eventually

from batchwright.environments.offers import Fargate
from batchwright.images.job_image import JobImage
from batchwright.jobs.container_job import ContainerJob
from batchwright.network.vpc import Egress, Network
from batchwright.notifications.topic import NotificationTopic
from batchwright.pipelines.array_step import ArrayStep
from batchwright.pipelines.batch_step import BatchStep
from batchwright.pipelines.choice import Choice
from batchwright.pipelines.conditions import When
from batchwright.pipelines.fail import Fail
from batchwright.pipelines.lambda_step import LambdaStep
from batchwright.pipelines.parallel import Parallel
from batchwright.pipelines.pass_step import Pass
from batchwright.pipelines.pipeline import Pipeline
from batchwright.platform import BatchPlatform
from batchwright.triggers.s3 import S3Trigger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

SPLIT = """
def handler(event, context):
    if event.get("size") == 0:
        raise ValueError("nothing in " + event["key"])
    return {"count": int(event["key"].split(".")[0].split("/")[1]), "key": event["key"], "code": "0"}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    running = LocalServer(iam=True)
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def outputs(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("assembly")
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    stack = cdk.Stack(app, "Embeddings")
    vpc = Network(stack, "Network", egress=Egress.NAT).vpc
    platform = BatchPlatform(stack, "Platform", capacity=[Fargate()], vpc=vpc)
    image = JobImage.from_registry("busybox:1.37")
    jobs = [
        ContainerJob(stack, name, image=image, queue=platform.queue, vcpus=1, memory=cdk.Size.gibibytes(2))
        for name in ("Embed", "Report", "Check")
    ]
    split = lambda_.Function(
        stack,
        "Split",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(SPLIT),
    )
    embed = ArrayStep(jobs[0], size="$.count", environment={"KEY": "$.key"})
    steps = (
        LambdaStep(split).catch(Fail("Refuse", error="$.error.Error", cause="$.error.Cause"))
        >> embed.catch(Pass("Note", values={"failed": True}, result_path="$.note"))
        >> Parallel(BatchStep(jobs[1]), BatchStep(jobs[2], wait=False), name="After")
        >> Choice("All well?").when(When.is_present("$.note"), Fail("Bad", error="Incomplete", cause="$.key"))
    )
    topic = NotificationTopic(stack, "Topic")
    heard = sqs.Queue(stack, "Heard")
    topic.add_subscription(subscriptions.SqsSubscription(heard, raw_message_delivery=True))
    pipeline = Pipeline(stack, "Run", steps=steps).notify(topic.topic)
    bucket = s3.Bucket(stack, "Bucket")
    S3Trigger(stack, "Upload", bucket=bucket, pipeline=pipeline, prefix="in/", suffix=".json")
    for name, value in {
        "Machine": pipeline.state_machine.state_machine_arn,
        "Bucket": bucket.bucket_name,
        "Queue": heard.queue_url,
    }.items():
        cdk.CfnOutput(stack, f"{name}Out", value=value)
    app.synth()
    found = server.aws.deploy(folder)["Embeddings"]
    return {name.removesuffix("Out"): value for name, value in found.items()}


def run(server: LocalServer, outputs: dict[str, str], data: dict[str, Any]) -> dict[str, Any]:
    execution = server.client("stepfunctions").start_execution(
        stateMachineArn=outputs["Machine"], input=json.dumps(data)
    )
    return server.ended(execution["executionArn"])


@pytest.mark.parametrize(("count", "attempts"), [(3, 3), (1, 1)])
def test_an_array_of_any_size_runs_between_its_neighbours(
    server: LocalServer, outputs: dict[str, str], count: int, attempts: int
) -> None:
    server.runner.attempts.clear()
    ended = run(server, outputs, {"key": f"in/{count}.json"})
    assert ended["status"] == "SUCCEEDED", ended
    output = json.loads(ended["output"])
    assert {"key", "count", "Embed", "Report", "Check"} <= output.keys()
    assert output["Embed"]["Status"] == "SUCCEEDED"
    embedded = [a for a in server.runner.attempts if a.environment(a.container).get("KEY") == f"in/{count}.json"]
    assert len(embedded) == attempts


def test_an_error_of_the_function_ends_the_pipeline_under_its_own_name(
    server: LocalServer, outputs: dict[str, str]
) -> None:
    ended = run(server, outputs, {"key": "in/2.json", "size": 0})
    assert (ended["status"], ended["error"]) == ("FAILED", "ValueError")
    assert "nothing in in/2.json" in ended["cause"]


def test_an_impossible_size_is_caught_and_named(server: LocalServer, outputs: dict[str, str]) -> None:
    ended = run(server, outputs, {"key": "in/0.json"})
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "Incomplete", "in/0.json")


def test_an_upload_starts_an_execution_and_its_end_is_told(server: LocalServer, outputs: dict[str, str]) -> None:
    states, storage = server.client("stepfunctions"), server.client("s3")
    before = {e["executionArn"] for e in states.list_executions(stateMachineArn=outputs["Machine"])["executions"]}
    storage.put_object(Bucket=outputs["Bucket"], Key="in/2.json", Body=b"{}")
    storage.put_object(Bucket=outputs["Bucket"], Key="in/2.txt", Body=b"{}")

    def started() -> str | None:
        found = states.list_executions(stateMachineArn=outputs["Machine"])["executions"]
        fresh = [e["executionArn"] for e in found if e["executionArn"] not in before]
        return fresh[0] if fresh else None

    execution = eventually(started)
    ended = server.ended(execution)
    assert ended["status"] == "SUCCEEDED", ended
    given = json.loads(ended["input"])
    assert given.keys() == {"bucket", "key", "size", "etag", "eventId", "eventTime"}
    assert (given["bucket"], given["key"], given["size"]) == (outputs["Bucket"], "in/2.json", 2)
    told = received(server, outputs["Queue"], execution)
    assert told.strip('"').startswith("Pipeline Run: execution ")
    assert "changed to SUCCEEDED at 20" in told


def received(server: LocalServer, url: str, execution: str) -> str:
    """Wait for the message about an execution."""
    queue = server.client("sqs")

    def message() -> str | None:
        for found in queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            if execution in found["Body"]:
                return str(found["Body"])
        return None

    return eventually(message)
