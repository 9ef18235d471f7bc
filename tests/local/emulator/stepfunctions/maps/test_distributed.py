"""Distributed Map states run on the local AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from support.local_server import LocalServer

PASS = {"StartAt": "Same", "States": {"Same": {"Type": "Pass", "End": True}}}
# Fails for items whose n is negative.
PICKY = {
    "StartAt": "Look",
    "States": {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericLessThan": 0, "Next": "No"}],
            "Default": "Yes",
        },
        "No": {"Type": "Fail", "Error": "Negative", "Cause": "n is negative"},
        "Yes": {"Type": "Pass", "End": True},
    },
}


@pytest.fixture(scope="module", autouse=True)
def bucket(server: LocalServer) -> str:
    server.client("s3").create_bucket(Bucket="map-results")
    return "map-results"


def machine(processor: dict[str, Any], **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    state = {
        "Type": "Map",
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **processor},
        "End": True,
        **fields,
    }
    return {"StartAt": "Each", "States": {"Each": state}}


def numbers(*values: int) -> list[dict[str, int]]:
    return [{"n": value} for value in values]


def run(server: LocalServer, definition: dict[str, Any], data: Any) -> Any:  # noqa: ANN401
    ended = server.run_machine(definition, data)
    assert ended["status"] == "SUCCEEDED", (ended["error"], ended["cause"])
    return json.loads(ended["output"])


def map_run(server: LocalServer, execution: str) -> dict[str, Any]:
    states = server.client("stepfunctions")
    arn = states.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    return dict(states.describe_map_run(mapRunArn=arn))


def read(server: LocalServer, key: str) -> Any:  # noqa: ANN401
    return json.loads(server.client("s3").get_object(Bucket="map-results", Key=key)["Body"].read())


EXPORT = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "map-results", "Prefix": "runs"}}


def test_children_get_batches_of_selected_items(server: LocalServer) -> None:
    definition = machine(
        PASS,
        ItemsPath="$.items",
        ItemSelector={"value.$": "$$.Map.Item.Value.n", "index.$": "$$.Map.Item.Index", "key.$": "$.key"},
        ItemBatcher={"MaxItemsPerBatchPath": "$.most", "BatchInput": {"bucket.$": "$.key"}},
    )

    output = run(server, definition, {"items": numbers(5, 6, 7), "most": 2, "key": "k"})

    assert output == [
        {
            "BatchInput": {"bucket": "k"},
            "Items": [{"value": 5, "index": 0, "key": "k"}, {"value": 6, "index": 1, "key": "k"}],
        },
        {"BatchInput": {"bucket": "k"}, "Items": [{"value": 7, "index": 2, "key": "k"}]},
    ]


def test_a_map_run_counts_items_and_executions(server: LocalServer) -> None:
    ended = server.run_machine(machine(PASS, ItemBatcher={"MaxItemsPerBatch": 2}), numbers(1, 2, 3))

    found = map_run(server, ended["executionArn"])
    assert found["status"] == "SUCCEEDED"
    assert (found["itemCounts"]["total"], found["itemCounts"]["succeeded"]) == (3, 3)
    assert (found["executionCounts"]["total"], found["executionCounts"]["succeeded"]) == (2, 2)


def test_results_go_to_s3(server: LocalServer) -> None:
    definition = machine(PICKY, ToleratedFailurePercentage=50, ResultWriter=EXPORT, Label="Each")

    output = run(server, definition, numbers(1, -1, 3))

    key = output["ResultWriterDetails"]["Key"]
    assert key == f"runs/{output['MapRunArn'].rsplit(':', 1)[-1]}/manifest.json"
    files = read(server, key)["ResultFiles"]
    assert files["PENDING"] == []
    written = read(server, files["SUCCEEDED"][0]["Key"])
    assert [json.loads(one["Output"]) for one in written] == numbers(1, 3)
    assert all("/Each" in one["StateMachineArn"] for one in written)
    failed = read(server, files["FAILED"][0]["Key"])[0]
    assert (failed["Error"], json.loads(failed["Input"])) == ("Negative", {"n": -1})
    child = server.client("stepfunctions").describe_execution(executionArn=failed["ExecutionArn"])
    assert (child["status"], child["mapRunArn"]) == ("FAILED", output["MapRunArn"])


def test_the_output_of_a_failed_child_is_its_execution(server: LocalServer) -> None:
    output = run(server, machine(PICKY, ToleratedFailureCount=1), numbers(1, -1))

    assert output[0] == {"n": 1}
    assert (output[1]["Status"], output[1]["Error"]) == ("FAILED", "Negative")


@pytest.mark.parametrize(
    ("tolerance", "items", "status"),
    [
        ({}, (-1,), "FAILED"),
        ({"ToleratedFailureCount": 1}, (-1, 1), "SUCCEEDED"),
        ({"ToleratedFailureCount": 1}, (-1, -2), "FAILED"),
        ({"ToleratedFailurePercentage": 50}, (-1, 1), "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 49.9}, (-1, 1), "FAILED"),
        ({"ToleratedFailureCount": 5, "ToleratedFailurePercentage": 10}, (-1, 1), "FAILED"),
    ],
)
def test_tolerated_failures(
    server: LocalServer, tolerance: dict[str, float], items: tuple[int, ...], status: str
) -> None:
    ended = server.run_machine(machine(PICKY, **tolerance), numbers(*items))

    assert ended["status"] == status
    if status == "FAILED":
        assert ended["error"] == "States.ExceedToleratedFailureThreshold"


def test_a_failed_batch_counts_with_all_its_items(server: LocalServer) -> None:
    fail = {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Bad"}}}
    definition = machine(fail, ItemBatcher={"MaxItemsPerBatch": 2}, ToleratedFailureCount=1)

    ended = server.run_machine(definition, numbers(1, 2))

    assert ended["error"] == "States.ExceedToleratedFailureThreshold"
    assert map_run(server, ended["executionArn"])["itemCounts"]["failed"] == 2


def test_no_child_begins_after_too_many_failed(server: LocalServer) -> None:
    definition = machine(PICKY, MaxConcurrency=1, ResultWriter=EXPORT)

    ended = server.run_machine(definition, numbers(1, -1, 3, 4))

    assert ended["error"] == "States.ExceedToleratedFailureThreshold"
    counts = map_run(server, ended["executionArn"])["itemCounts"]
    assert (counts["succeeded"], counts["failed"], counts["pending"]) == (1, 1, 2)
    states = server.client("stepfunctions")
    run_arn = states.list_map_runs(executionArn=ended["executionArn"])["mapRuns"][0]["mapRunArn"]
    children = states.list_executions(mapRunArn=run_arn)["executions"]
    assert sorted(one["status"] for one in children) == ["FAILED", "SUCCEEDED"]


def test_the_error_can_be_caught(server: LocalServer) -> None:
    definition = machine(PICKY, Catch=[{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "Next": "Told"}])
    definition["States"]["Told"] = {"Type": "Pass", "OutputPath": "$.Error", "End": True}

    assert run(server, definition, numbers(-1)) == "States.ExceedToleratedFailureThreshold"


def test_a_child_is_an_execution_of_its_own(server: LocalServer) -> None:
    look = {
        "Type": "Pass",
        "Parameters": {"name.$": "$$.Execution.Name", "input.$": "$$.Execution.Input"},
        "End": True,
    }
    definition = machine({"StartAt": "Look", "States": {"Look": look}})

    ended = server.run_machine(definition, numbers(1, 2))

    found = json.loads(ended["output"])
    assert [one["input"] for one in found] == numbers(1, 2)
    assert len({one["name"] for one in found} | {ended["name"]}) == 3


def test_a_map_in_jsonata(server: LocalServer) -> None:
    double = {
        "Type": "Pass",
        "Output": "{% $sum($states.input.Items.n) * $states.input.BatchInput.factor %}",
        "End": True,
    }
    definition = machine(
        {"StartAt": "Double", "States": {"Double": double}},
        Items="{% $states.input.items %}",
        ItemSelector={"n": "{% $states.context.Map.Item.Value %}"},
        ItemBatcher={"MaxItemsPerBatch": "{% $states.input.most %}", "BatchInput": {"factor": "{% 10 %}"}},
        ToleratedFailurePercentage="{% 5 * 2 %}",
        Assign={"sums": "{% $states.result %}"},
        Output={"total": "{% $sum($states.result) %}"},
    )  # fmt: skip
    definition["QueryLanguage"] = "JSONata"
    definition["States"]["Each"].pop("End")
    definition["States"]["Each"]["Next"] = "After"
    definition["States"]["After"] = {
        "Type": "Pass",
        "Output": {"sums": "{% $sums %}", "total": "{% $states.input.total %}"},
        "End": True,
    }

    assert run(server, definition, {"items": [1, 2, 3], "most": 2}) == {"sums": [30, 30], "total": 60}


def test_items_come_from_a_file(server: LocalServer) -> None:
    server.client("s3").put_object(Bucket="map-results", Key="rows.csv", Body=b"id,name\n1,a\n2,b\n3,c\n")
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 2},
        "Parameters": {"Bucket": "map-results", "Key": "rows.csv"},
    }

    output = run(server, machine(PASS, ItemReader=reader, ItemBatcher={"MaxItemsPerBatch": 5}), {})

    assert output == [{"Items": [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]}]


@pytest.mark.parametrize(
    ("fields", "error", "cause"),
    [
        ({"ItemBatcher": {}}, "States.Runtime", "needs MaxItemsPerBatch or MaxInputBytesPerBatch"),
        (
            {"ToleratedFailureCountPath": "$"},
            "States.Runtime",
            "ToleratedFailureCount has to be a number",
        ),
        ({"ResultWriter": {}}, "States.Runtime", "ResultWriter needs WriterConfig"),
        (
            {"ResultWriter": {**EXPORT, "Parameters": {"Bucket": "no-such-bucket-here"}}},
            "States.ResultWriterFailed",
            "NoSuchBucket",
        ),
    ],
)
def test_what_is_refused(server: LocalServer, fields: dict[str, Any], error: str, cause: str) -> None:
    ended = server.run_machine(machine(PASS, **fields), numbers(1))

    assert ended["error"] == error
    assert cause in ended["cause"]
