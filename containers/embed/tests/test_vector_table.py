from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import numpy as np
import pytest
from botocore.stub import ANY, Stubber
from embed.embedding import Embedding
from embed.errors import EmbedError
from embed.exit_code import ExitCode
from embed.vector_table import ATTEMPTS, LONGEST_WAIT, VectorTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb() -> DynamoDBClient:
    return boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def _embedding(number: int) -> Embedding:
    vector = np.array([0.6, -0.8], dtype=np.float32)
    return Embedding(image=f"s3://b/{number}", vector=vector, norm=12.5, width=3, height=4, etag="e")


def _table(client: DynamoDBClient, waits: list[float]) -> VectorTable:
    return VectorTable(client, name="t", model_sha256="d", wait=waits.append, chance=lambda: 1.0)


def test_an_item_is_readable_without_knowing_the_program(dynamodb: DynamoDBClient) -> None:
    expected = {
        "ImageId": {"S": "s3://b/0"},
        "Vector": {"B": b"\x9a\x99\x19?\xcd\xccL\xbf"},
        "DataType": {"S": "float32"},
        "Dimension": {"N": "2"},
        "ModelDigest": {"S": "d"},
        "Norm": {"N": "12.5"},
        "Width": {"N": "3"},
        "Height": {"N": "4"},
        "SourceETag": {"S": "e"},
    }
    with Stubber(dynamodb) as stub:
        request = {"RequestItems": {"t": [{"PutRequest": {"Item": expected}}]}}
        stub.add_response("batch_write_item", {"UnprocessedItems": {}}, request)
        _table(dynamodb, []).write([_embedding(0)])


def test_calls_hold_25_items_and_unprocessed_ones_come_again_after_growing_waits(dynamodb: DynamoDBClient) -> None:
    waits = []
    left = [{"PutRequest": {"Item": {"ImageId": {"S": "s3://b/3"}}}}]
    with Stubber(dynamodb) as stub:
        stub.add_response("batch_write_item", {"UnprocessedItems": {"t": left}}, {"RequestItems": {"t": ANY}})
        stub.add_response("batch_write_item", {"UnprocessedItems": {"t": left}}, {"RequestItems": {"t": left}})
        stub.add_client_error("batch_write_item", "ProvisionedThroughputExceededException")
        stub.add_response("batch_write_item", {}, {"RequestItems": {"t": left}})
        stub.add_response("batch_write_item", {}, {"RequestItems": {"t": ANY}})
        _table(dynamodb, waits).write([_embedding(number) for number in range(30)])
        stub.assert_no_pending_responses()
    assert waits == [0.1, 0.2, 0.4]


def test_a_table_that_never_takes_an_item_ends_the_job(dynamodb: DynamoDBClient) -> None:
    waits = []
    with Stubber(dynamodb) as stub:
        for _ in range(ATTEMPTS):
            stub.add_client_error("batch_write_item", "ThrottlingException")
        with pytest.raises(EmbedError, match=f"1 of 1 items unwritten in {ATTEMPTS} attempts") as caught:
            _table(dynamodb, waits).write([_embedding(0)])
    assert caught.value.code is ExitCode.WRITES_THROTTLED
    assert len(waits) == ATTEMPTS - 1
    assert max(waits) == LONGEST_WAIT


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("ResourceNotFoundException", ExitCode.TABLE),
        ("ValidationException", ExitCode.TABLE),
        ("AccessDeniedException", ExitCode.ACCESS_DENIED),
        ("InternalServerError", ExitCode.SERVICE),
    ],
)
def test_other_refusals_have_their_exit_codes(dynamodb: DynamoDBClient, error: str, code: int) -> None:
    with Stubber(dynamodb) as stub:
        stub.add_client_error("batch_write_item", error)
        with pytest.raises(EmbedError) as caught:
            _table(dynamodb, []).write([_embedding(0)])
    assert caught.value.code is code
