"""Requests that Step Functions refuses, and those that it takes twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import eventually

if TYPE_CHECKING:
    from support.local_server import LocalServer

WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3_000, "End": True}}}
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


def machine(server: LocalServer, name: str, definition: dict[str, Any], **options: Any) -> str:  # noqa: ANN401
    made = server.client("stepfunctions").create_state_machine(
        name=name,
        definition=json.dumps(definition),
        roleArn=f"arn:aws:iam::{server.aws.account}:role/machine",
        **options,
    )
    return str(made["stateMachineArn"])


def test_a_name_and_its_input_stand_for_one_execution(server: LocalServer) -> None:
    states = server.client("stepfunctions")
    arn = machine(server, "named", WAIT)
    first = states.start_execution(stateMachineArn=arn, name="one", input="{}")

    again = states.start_execution(stateMachineArn=arn, name="one", input="{}")

    assert (again["executionArn"], again["startDate"]) == (first["executionArn"], first["startDate"])
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=arn, name="one", input="[]")
    states.stop_execution(executionArn=first["executionArn"])
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=arn, name="one", input="{}")


def test_an_input_is_json_of_at_most_256_kib(server: LocalServer) -> None:
    states = server.client("stepfunctions")
    arn = machine(server, "inputs", PASS)

    with pytest.raises(states.exceptions.InvalidExecutionInput):
        states.start_execution(stateMachineArn=arn, input="{")
    with pytest.raises(states.exceptions.ClientError, match="less than or equal to 262144"):
        states.start_execution(stateMachineArn=arn, input=json.dumps("x" * 262_143))
    whole = states.start_execution(stateMachineArn=arn, input=json.dumps("x" * 262_142))
    assert server.ended(whole["executionArn"])["status"] == "SUCCEEDED"


def test_express_and_standard_state_machines(server: LocalServer) -> None:
    states = server.client("stepfunctions")
    express, standard = machine(server, "express", PASS, type="EXPRESS"), machine(server, "standard", PASS)

    assert states.start_sync_execution(stateMachineArn=express, input="[1]")["output"] == "[1]"
    with pytest.raises(states.exceptions.StateMachineTypeNotSupported):
        states.start_sync_execution(stateMachineArn=standard)
    begun = states.start_execution(stateMachineArn=express)["executionArn"]
    for refused in (states.describe_execution, states.get_execution_history, states.stop_execution):
        with pytest.raises(states.exceptions.ClientError, match="StateMachineTypeNotSupported"):
            refused(executionArn=begun)
    with pytest.raises(states.exceptions.StateMachineTypeNotSupported):
        states.list_executions(stateMachineArn=express)


def test_a_failed_execution_has_no_output(server: LocalServer) -> None:
    fail = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}}

    ended = server.run_machine(fail)

    assert (ended["error"], ended["cause"]) == ("E", "c")
    assert "output" not in ended


def test_thousands_of_children_of_a_map_run(server: LocalServer) -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, **PASS}
    definition = {
        "StartAt": "All",
        "States": {
            "All": {
                "Type": "Map",
                "ItemProcessor": processor,
                "ItemReader": {
                    "Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": {"InputType": "JSON"},
                    "Parameters": {"Bucket": "thousands", "Key": "items.json"},
                },
                "ResultPath": None,
                "End": True,
            }
        },
    }
    store = server.client("s3")
    store.create_bucket(Bucket="thousands")
    store.put_object(Bucket="thousands", Key="items.json", Body=json.dumps(list(range(3_000))).encode())

    ended = server.run_machine(definition)

    assert ended["status"] == "SUCCEEDED"
    states = server.client("stepfunctions")
    run = states.list_map_runs(executionArn=ended["executionArn"])["mapRuns"][0]["mapRunArn"]
    assert states.describe_map_run(mapRunArn=run)["itemCounts"]["succeeded"] == 3_000


def test_a_stop_in_the_middle_of_a_map_run(server: LocalServer) -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **WAIT}
    definition = {
        "StartAt": "All",
        "States": {"All": {"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": processor, "End": True}},
    }
    states = server.client("stepfunctions")
    started = server.run_machine(definition, [1, 2, 3, 4], wait=False)

    def run() -> dict[str, Any] | None:
        found = states.list_map_runs(executionArn=started["executionArn"])["mapRuns"]
        described = states.describe_map_run(mapRunArn=found[0]["mapRunArn"]) if found else None
        return described if described and described["itemCounts"]["running"] == 2 else None

    arn = eventually(run)["mapRunArn"]
    states.stop_execution(executionArn=started["executionArn"])

    def ended() -> dict[str, Any] | None:
        described = states.describe_map_run(mapRunArn=arn)
        return described if described["status"] != "RUNNING" else None

    described = eventually(ended)
    assert described["status"] == "ABORTED"
    assert (described["itemCounts"]["aborted"], described["itemCounts"]["pending"]) == (2, 2)
