from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from support.local_server import eventually

if TYPE_CHECKING:
    from support.local_server import LocalServer


def test_a_job_runs_to_its_end(server: LocalServer) -> None:
    queue, definition = server.batch_queue("plain")
    batch = server.client("batch")

    job = batch.submit_job(jobName="hello", jobQueue=queue, jobDefinition=definition)["jobId"]

    def ended() -> dict[str, object] | None:
        found = batch.describe_jobs(jobs=[job])["jobs"][0]
        return found if found["status"] == "SUCCEEDED" else None

    assert eventually(ended)["container"]["exitCode"] == 0  # type: ignore[index]


def test_an_error_has_the_shape_that_sdks_expect(server: LocalServer) -> None:
    with pytest.raises(ClientError) as caught:
        server.client("batch").submit_job(jobName="x", jobQueue="missing", jobDefinition="missing")

    assert caught.value.response["Error"]["Code"] == "ClientException"
    assert "missing" in caught.value.response["Error"]["Message"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_tags_are_read_written_and_removed(server: LocalServer) -> None:
    queue, _ = server.batch_queue("tagged")
    batch = server.client("batch")

    batch.tag_resource(resourceArn=queue, tags={"team": "search", "stage": "test"})
    batch.untag_resource(resourceArn=queue, tagKeys=["stage"])

    assert batch.list_tags_for_resource(resourceArn=queue)["tags"] == {"team": "search"}


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/v1/submitjob", b"{not json", "not valid JSON"),
        ("/v1/submitjob", b"[1]", "has to be a JSON object"),
        ("/v1/nosuchoperation", b"{}", "no operation"),
    ],
)
def test_a_malformed_request_is_refused(server: LocalServer, path: str, body: bytes, expected: str) -> None:
    request = urllib.request.Request(  # noqa: S310
        server.aws.endpoint + path,
        data=body,
        headers={
            "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/batch/aws4_request, "
            "SignedHeaders=host, Signature=0"
        },
        method="POST",
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)  # noqa: S310

    with caught.value as answer:
        assert answer.code == 400
        assert answer.headers["x-amzn-errortype"] == "ClientException"
        assert expected in json.loads(answer.read())["message"]


def test_each_region_has_its_own_queues(server: LocalServer) -> None:
    server.batch_queue("home")

    assert server.aws.client("batch", "eu-central-1").describe_job_queues()["jobQueues"] == []
