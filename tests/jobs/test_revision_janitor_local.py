"""The janitor deployed to the local AWS, with revisions that are live, pinned and orphaned."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from support.local_server import LocalServer, eventually

from batchwright.environments.offers import Fargate
from batchwright.images.job_image import JobImage
from batchwright.jobs.container_job import ContainerJob
from batchwright.jobs.revision_janitor import RevisionJanitor
from batchwright.network.vpc import Egress, Network
from batchwright.platform import BatchPlatform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    running = LocalServer()
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def outputs(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("cdk.out")
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    stack = cdk.Stack(app, "Janitor", env=cdk.Environment(account=server.aws.account, region=server.aws.region))
    vpc = Network(stack, "Network", egress=Egress.NAT).vpc
    platform = BatchPlatform(stack, "Batch", capacity=[Fargate()], vpc=vpc)
    image = JobImage.from_registry("public.ecr.aws/docker/library/python:3.13-slim")
    job = ContainerJob(stack, "Job", image=image, queue=platform.queue, vcpus=1, memory=cdk.Size.gibibytes(2))
    janitor = RevisionJanitor(stack, "Revisions", jobs=[job], keep=2, keep_for=cdk.Duration.seconds(0))
    for name, value in {
        "Definition": job.job_definition_arn,
        "Queue": platform.queue.job_queue_arn,
        "Function": janitor.function.function.function_name,
    }.items():
        cdk.CfnOutput(stack, f"{name}Out", value=value)
    app.synth()
    return {name.removesuffix("Out"): value for name, value in server.aws.deploy(folder)["Janitor"].items()}


def sweep(server: LocalServer, outputs: dict[str, str], **request: Any) -> dict[str, Any]:  # noqa: ANN401
    """Invoke the function with what its schedule sends."""
    event = {"definitions": [outputs["Definition"]], "queues": [], "keep": 2, "keep_for_seconds": 0, **request}
    answer = server.client("lambda").invoke(FunctionName=outputs["Function"], Payload=json.dumps(event))
    result: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, result["errorMessage"]
    return result


def body(server: LocalServer, outputs: dict[str, str]) -> dict[str, Any]:
    """What a revision consists of."""
    found = server.client("batch").describe_job_definitions(jobDefinitions=[outputs["Definition"]])
    kept = ("type", "platformCapabilities", "containerProperties", "retryStrategy", "timeout")
    return {key: found["jobDefinitions"][0][key] for key in kept}


def register(server: LocalServer, outputs: dict[str, str], count: int) -> list[str]:
    """Register revisions; returns the definition's name and their ARNs."""
    name = outputs["Definition"].rpartition("/")[2].rpartition(":")[0]
    properties = body(server, outputs)
    batch = server.client("batch")
    return [
        name,
        *(
            batch.register_job_definition(jobDefinitionName=name, **properties)["jobDefinitionArn"]
            for _ in range(count)
        ),
    ]


def test_what_lives_or_is_pinned_stays_and_orphans_go(server: LocalServer, outputs: dict[str, str]) -> None:
    batch = server.client("batch")
    name, *registered = register(server, outputs, 6)
    arns = [outputs["Definition"], *registered]
    live = batch.submit_job(
        jobName="live",
        jobQueue=outputs["Queue"],
        jobDefinition=arns[1],
        containerOverrides={"environment": [{"name": "WAIT", "value": "1"}]},
    )["jobId"]
    eventually(lambda: batch.describe_jobs(jobs=[live])["jobs"][0]["status"] == "RUNNING" or None)

    def active() -> list[str]:
        found = batch.describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
        return [one["jobDefinitionArn"] for one in found]

    try:
        would = sweep(server, outputs, pinned=[arns[2]], dry_run=True)
        assert (would["deregistered"], would["Superfluous"], len(active())) == ([], 2, 7)
        done = sweep(server, outputs, pinned=[arns[2]])
        assert done["deregistered"] == [arns[4], arns[3]]
        # Its stack names the first, a job runs the second, the third is pinned, the last two are the newest.
        assert active() == [*arns[:3], *arns[5:]]
        assert batch.describe_jobs(jobs=[live])["jobs"][0]["status"] == "RUNNING"
    finally:
        batch.terminate_job(jobId=live, reason="the test is over")
    eventually(lambda: batch.describe_jobs(jobs=[live])["jobs"][0]["status"] == "FAILED" or None)
    assert sweep(server, outputs)["deregistered"] == [arns[2], arns[1]]


def test_revisions_are_marked_before_they_go(server: LocalServer, outputs: dict[str, str]) -> None:
    batch = server.client("batch")
    name, _, newest = register(server, outputs, 2)
    sweep(server, outputs, keep=1)
    before, after = newest.rpartition(":")[0], int(newest.rpartition(":")[2])
    batch.register_job_definition(jobDefinitionName=name, **body(server, outputs))
    assert sweep(server, outputs, keep=1, keep_for_seconds=3600)["deregistered"] == []
    found = batch.describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
    marked = {one["jobDefinitionArn"]: "batchwright:superseded" in one.get("tags", {}) for one in found}
    assert marked == {outputs["Definition"]: False, newest: True, f"{before}:{after + 1}": False}
