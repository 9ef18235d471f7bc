"""Executions that failed go on from where they failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from support.local_server import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.local_server import LocalServer


class Switch:
    """A parameter: states that read it fail until it is there; each read is a call of a queue before."""

    def __init__(self, server: LocalServer) -> None:
        self._ssm = server.client("ssm")
        self._sqs = server.client("sqs")
        self.url = str(self._sqs.create_queue(QueueName="calls")["QueueUrl"])

    def on(self) -> None:
        self._ssm.put_parameter(Name="switch", Value="on", Type="String", Overwrite=True)

    def off(self) -> None:
        if any(one["Name"] == "switch" for one in self._ssm.describe_parameters()["Parameters"]):
            self._ssm.delete_parameter(Name="switch")
        self.calls()

    def calls(self) -> list[str]:
        """What was sent to the queue since the last call of this."""
        found: list[str] = []
        while messages := self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(message["Body"])
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return sorted(found)

    def tell(self, name: str, following: str | None = None) -> dict[str, Any]:
        """A state that says it ran, and passes its input on."""
        end: dict[str, Any] = {"End": True} if following is None else {"Next": following}
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": self.url, "MessageBody": name},
            "ResultPath": None,
            **end,
        }


def need(following: str | None = None, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    """A state that fails while the switch is off, and passes its input on."""
    end: dict[str, Any] = {"End": True} if following is None else {"Next": following}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter",
        "Parameters": {"Name": "switch"},
        "ResultPath": None,
        **end,
        **fields,
    }


@pytest.fixture
def switch(server: LocalServer) -> Iterator[Switch]:
    made = Switch(server)
    made.off()
    yield made
    made.off()


def redrive(server: LocalServer, execution: str) -> dict[str, Any]:
    server.client("stepfunctions").redrive_execution(executionArn=execution)
    return server.ended(execution)


def fail(server: LocalServer, definition: dict[str, Any], data: Any = None) -> str:  # noqa: ANN401
    ended = server.run_machine(definition, data)
    assert ended["status"] == "FAILED"
    return str(ended["executionArn"])


def test_it_goes_on_at_the_failed_state_with_its_input(server: LocalServer, switch: Switch) -> None:
    definition = {
        "StartAt": "First",
        "States": {
            "First": switch.tell("first", "Add"),
            "Add": {"Type": "Pass", "Result": 7, "ResultPath": "$.added", "Next": "Need"},
            "Need": need("Last"),
            "Last": switch.tell("last"),
        },
    }
    execution = fail(server, definition, {"a": 1})
    before = server.client("stepfunctions").describe_execution(executionArn=execution)
    assert (before["redriveStatus"], before["redriveCount"]) == ("REDRIVABLE", 0)
    assert switch.calls() == ["first"]

    assert redrive(server, execution)["status"] == "FAILED"
    switch.on()
    ended = redrive(server, execution)

    assert (ended["status"], json.loads(ended["output"])) == ("SUCCEEDED", {"a": 1, "added": 7})
    assert switch.calls() == ["last"]
    assert (ended["redriveCount"], ended["redriveStatus"]) == (2, "NOT_REDRIVABLE")
    assert ended["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    assert ended["redriveDate"]
    history = server.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
    assert [one["type"] for one in history].count("ExecutionRedriven") == 2


@pytest.mark.usefixtures("quick_waits")
def test_only_failed_branches_and_items_run_again(server: LocalServer, switch: Switch) -> None:
    each = {
        "Type": "Map",
        "ItemProcessor": {
            "StartAt": "Which",
            "States": {
                "Which": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Before"}],
                    "Default": "Fine",
                },
                "Fine": switch.tell("item"),
                "Before": switch.tell("before", "Need"),
                "Need": need("After"),
                "After": switch.tell("after"),
            },
        },
        "End": True,
    }
    branches = [
        {"StartAt": "Other", "States": {"Other": switch.tell("branch")}},
        {"StartAt": "Each", "States": {"Each": each}},
    ]
    definition = {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}}
    execution = fail(server, definition, [1, 2, 3])
    assert switch.calls() == ["before", "branch", "item", "item"]

    switch.on()
    ended = redrive(server, execution)

    assert json.loads(ended["output"]) == [[1, 2, 3], [1, 2, 3]]
    assert switch.calls() == ["after"]


@pytest.mark.usefixtures("quick_waits")
def test_a_retry_of_the_state_begins_anew(server: LocalServer, switch: Switch) -> None:
    branch = {"StartAt": "Say", "States": {"Say": switch.tell("say", "Need"), "Need": need()}}
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 1}]
    state = {"Type": "Parallel", "Branches": [branch], "Retry": retry, "End": True}
    execution = fail(server, {"StartAt": "Both", "States": {"Both": state}})
    assert switch.calls() == ["say", "say"]

    redrive(server, execution)

    # First from where it stopped, then, as the state's Retry says, once more from its beginning.
    assert switch.calls() == ["say"]


def test_a_map_run_goes_on_with_its_failed_children(server: LocalServer, switch: Switch) -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Which",
        "States": {
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.Items[0]", "NumericEquals": 3, "Next": "Need"}],
                "Default": "Fine",
            },
            "Fine": switch.tell("child"),
            "Need": need("Fine"),
        },
    }
    batcher = {"MaxItemsPerBatch": 2}
    state = {"Type": "Map", "ItemProcessor": processor, "ItemBatcher": batcher, "End": True, "MaxConcurrency": 1}
    execution = fail(server, {"StartAt": "Each", "States": {"Each": state}}, [1, 2, 3, 4, 5])
    assert switch.calls() == ["child"]

    switch.on()
    ended = redrive(server, execution)

    assert json.loads(ended["output"]) == [{"Items": [1, 2]}, {"Items": [3, 4]}, {"Items": [5]}]
    assert switch.calls() == ["child", "child"]
    states = server.client("stepfunctions")
    runs = states.list_map_runs(executionArn=execution)["mapRuns"]
    assert len(runs) == 1
    run = states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
    assert (run["redriveCount"], run["status"], run["itemCounts"]["succeeded"]) == (1, "SUCCEEDED", 5)


def test_variables_are_kept(server: LocalServer, switch: Switch) -> None:
    definition = {
        "QueryLanguage": "JSONata",
        "StartAt": "Set",
        "States": {
            "Set": {"Type": "Pass", "Assign": {"kept": "{% $states.input.n + 1 %}"}, "Next": "Need"},
            "Need": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter",
                "Arguments": {"Name": "switch"},
                "Output": "{% $kept %}",
                "End": True,
            },
        },
    }
    execution = fail(server, definition, {"n": 41})

    switch.on()

    assert redrive(server, execution)["output"] == "42"


def test_the_definition_of_the_first_attempt_counts(server: LocalServer, switch: Switch) -> None:
    definition = {"StartAt": "Need", "States": {"Need": need("Last"), "Last": switch.tell("old")}}
    execution = fail(server, definition)
    states = server.client("stepfunctions")
    machine = states.describe_execution(executionArn=execution)["stateMachineArn"]
    definition["States"]["Last"] = switch.tell("new")
    states.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition))

    switch.on()
    redrive(server, execution)

    assert switch.calls() == ["old"]


def test_an_aborted_execution_can_be_redriven(server: LocalServer, switch: Switch) -> None:
    batch = server.batch_queue("redriven")
    definition = {
        "StartAt": "Run",
        "States": {
            "Run": {
                "Type": "Task",
                "Resource": "arn:aws:states:::batch:submitJob.sync",
                "Parameters": {
                    "JobName": "job",
                    "JobQueue": batch[0],
                    "JobDefinition": batch[1],
                    "ContainerOverrides": {"Environment": [{"Name": "WAIT", "Value": "1"}]},
                },
                "End": True,
            }
        },
    }
    execution = server.run_machine(definition, wait=False)["executionArn"]
    states = server.client("stepfunctions")
    client = server.client("batch")
    eventually(lambda: client.list_jobs(jobQueue=batch[0], jobStatus="RUNNING")["jobSummaryList"] or None)
    with pytest.raises(ClientError, match="Execution is RUNNING and cannot be redriven"):
        states.redrive_execution(executionArn=execution)

    states.stop_execution(executionArn=execution)
    eventually(
        lambda: states.describe_execution(executionArn=execution)["redriveStatus"] == "REDRIVABLE" or None
    )  # fmt: skip
    states.redrive_execution(executionArn=execution)

    eventually(lambda: client.list_jobs(jobQueue=batch[0], jobStatus="RUNNING")["jobSummaryList"] or None)
    states.stop_execution(executionArn=execution)
    assert server.ended(execution)["status"] == "ABORTED"


def test_what_cannot_be_redriven(server: LocalServer, switch: Switch) -> None:
    done = server.run_machine({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    states = server.client("stepfunctions")

    with pytest.raises(states.exceptions.ExecutionNotRedrivable, match="SUCCEEDED and cannot be redriven"):
        states.redrive_execution(executionArn=done["executionArn"])
    with pytest.raises(states.exceptions.ExecutionDoesNotExist):
        states.redrive_execution(executionArn=done["executionArn"] + "x")


def test_a_fail_state_fails_again(server: LocalServer, switch: Switch) -> None:
    definition = {"StartAt": "Say", "States": {"Say": switch.tell("said", "No"), "No": {"Type": "Fail", "Error": "E"}}}
    execution = fail(server, definition)
    switch.calls()

    assert redrive(server, execution)["error"] == "E"
    assert switch.calls() == []


def test_the_history_enters_a_state_once(server: LocalServer, switch: Switch) -> None:
    switch.off()
    inner = {"StartAt": "Read", "States": {"Read": need()}}
    items = {"Type": "Map", "ItemProcessor": inner, "ItemsPath": "$", "End": True}
    ended = server.run_machine({"StartAt": "Items", "States": {"Items": items}}, [1])
    states = server.client("stepfunctions")
    before = len(states.get_execution_history(executionArn=ended["executionArn"])["events"])
    switch.on()

    states.redrive_execution(executionArn=ended["executionArn"])
    server.ended(ended["executionArn"])

    events = states.get_execution_history(executionArn=ended["executionArn"])["events"]
    kinds = [event["type"] for event in events]
    assert kinds[before] == "ExecutionRedriven"
    assert (kinds.count("MapStateEntered"), kinds.count("TaskStateEntered")) == (1, 1)
    assert (kinds.count("MapStateExited"), kinds.count("TaskStateExited")) == (1, 1)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
