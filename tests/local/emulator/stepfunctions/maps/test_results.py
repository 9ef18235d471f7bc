from __future__ import annotations

import json
from typing import Any

import pytest

from batchwright.local.emulator.stepfunctions.maps import results
from batchwright.local.emulator.stepfunctions.maps.results import ResultWriterError

RUN = "arn:aws:states:us-east-1:123456789012:mapRun:machine/Each:run-1"
EXPORT = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}


def child(status: str, output: Any = None) -> dict[str, Any]:  # noqa: ANN401
    return {
        "executionArn": "arn:child",
        "stateMachineArn": "arn:machine",
        "name": "child",
        "status": status,
        "input": '{"n":1}',
        "output": json.dumps(output) if status == "SUCCEEDED" else None,
        "startDate": None if status == "PENDING" else "2026-01-01T00:00:00.000Z",
        "stopDate": None if status == "PENDING" else "2026-01-01T00:00:01.000Z",
        **({"error": "Boom", "cause": "it broke"} if status == "FAILED" else {}),
    }


def write(children: list[dict[str, Any]], prefix: str = "", **config: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    files: dict[str, bytes] = {}
    writer = {**EXPORT, **({"WriterConfig": config} if config else {})}
    output = results.write(
        children, writer=writer, bucket="b", prefix=prefix, map_run=RUN, put=files.__setitem__
    )  # fmt: skip
    return output, files


def test_files_and_manifest() -> None:
    output, files = write([child("SUCCEEDED", {"a": 1}), child("FAILED"), child("PENDING")], "out/")

    assert output == {"MapRunArn": RUN, "ResultWriterDetails": {"Bucket": "b", "Key": "out/run-1/manifest.json"}}
    manifest = json.loads(files["out/run-1/manifest.json"])
    assert manifest == {
        "DestinationBucket": "b",
        "MapRunArn": RUN,
        "ResultFiles": {
            status: [{"Key": f"out/run-1/{status}_0.json", "Size": len(files[f"out/run-1/{status}_0.json"])}]
            for status in ("FAILED", "PENDING", "SUCCEEDED")
        },
    }
    assert json.loads(files["out/run-1/SUCCEEDED_0.json"]) == [
        {
            "ExecutionArn": "arn:child",
            "Input": '{"n":1}',
            "InputDetails": {"Included": True},
            "Name": "child",
            "Output": '{"a": 1}',
            "OutputDetails": {"Included": True},
            "RedriveCount": 0,
            "RedriveStatus": "NOT_REDRIVABLE",
            "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
            "StartDate": "2026-01-01T00:00:00.000Z",
            "StateMachineArn": "arn:machine",
            "Status": "SUCCEEDED",
            "StopDate": "2026-01-01T00:00:01.000Z",
        }
    ]
    failed = json.loads(files["out/run-1/FAILED_0.json"])[0]
    assert (failed["Error"], failed["Cause"], failed["RedriveStatus"]) == ("Boom", "it broke", "REDRIVABLE")
    assert "Output" not in failed
    assert "StartDate" not in json.loads(files["out/run-1/PENDING_0.json"])[0]


def test_a_status_without_executions_has_no_file() -> None:
    _, files = write([child("SUCCEEDED", 1)])

    assert sorted(files) == ["run-1/SUCCEEDED_0.json", "run-1/manifest.json"]
    assert json.loads(files["run-1/manifest.json"])["ResultFiles"]["FAILED"] == []


@pytest.mark.parametrize(
    ("config", "name", "expected"),
    [
        ({"Transformation": "COMPACT"}, "SUCCEEDED_0.json", b'[[1,2],{"a":3}]'),
        ({"Transformation": "FLATTEN"}, "SUCCEEDED_0.json", b'[1,2,{"a":3}]'),
        ({"Transformation": "FLATTEN", "OutputType": "JSONL"}, "SUCCEEDED_0.jsonl", b'1\n2\n{"a":3}\n'),
    ],
)
def test_transformations_and_types(config: dict[str, str], name: str, expected: bytes) -> None:
    _, files = write([child("SUCCEEDED", [1, 2]), child("SUCCEEDED", {"a": 3})], **config)

    assert files[f"run-1/{name}"] == expected


def test_output_of_the_state() -> None:
    children = [child("SUCCEEDED", [1]), child("FAILED")]

    plain = results.state_output(children, None)
    assert plain[0] == [1]
    assert plain[1]["Error"] == "Boom"
    assert results.state_output(children, {"WriterConfig": {"Transformation": "FLATTEN"}})[0] == 1


@pytest.mark.parametrize(
    ("writer", "expected"),
    [
        ({}, "needs WriterConfig, or Resource and Parameters"),
        ({"WriterConfig": {"Transformation": "ZIP"}}, "Transformation is ZIP"),
        ({**EXPORT, "WriterConfig": {"OutputType": "CSV"}}, "OutputType is CSV"),
        ({"WriterConfig": {"OutputType": "JSONL"}}, "JSONL to S3 only"),
        ({"Resource": "arn:aws:states:::sqs:sendMessage"}, "only s3:putObject"),
    ],
)
def test_what_is_refused(writer: dict[str, Any], expected: str) -> None:
    with pytest.raises(ResultWriterError, match=expected):
        results.check(writer)
