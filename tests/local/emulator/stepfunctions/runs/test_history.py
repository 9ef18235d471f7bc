from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from support.local_server import LocalServer


def history(server: LocalServer, execution: str, **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    pages = server.client("stepfunctions").get_paginator("get_execution_history")
    return list(pages.paginate(executionArn=execution, **options).search("events"))


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


@pytest.fixture(scope="module")
def queue(server: LocalServer) -> tuple[str, str]:
    return server.batch_queue("history")


def batch(queue: tuple[str, str], **parameters: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::batch:submitJob.sync",
        "Parameters": {"JobName": "job", "JobQueue": queue[0], "JobDefinition": queue[1], **parameters},
        "TimeoutSeconds": 60,
        "End": True,
    }


def test_a_job_that_is_waited_for(server: LocalServer, queue: tuple[str, str]) -> None:
    ended = server.run_machine({"StartAt": "Run", "States": {"Run": batch(queue)}})

    events = history(server, ended["executionArn"])
    assert types(events) == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["id"] for event in events] == list(range(1, 9))
    assert [event.get("previousEventId", 0) for event in events] == [0, 0, 2, 3, 4, 5, 6, 7]
    scheduled = events[2]["taskScheduledEventDetails"]
    assert (scheduled["resourceType"], scheduled["resource"]) == ("batch", "submitJob.sync")
    assert (scheduled["region"], scheduled["timeoutInSeconds"]) == ("us-east-1", 60)
    assert json.loads(scheduled["parameters"])["JobName"] == "job"
    submitted = json.loads(events[4]["taskSubmittedEventDetails"]["output"])
    assert json.loads(ended["output"])["JobId"] == submitted["JobId"]


def test_a_job_that_fails_and_one_that_is_refused(server: LocalServer, queue: tuple[str, str]) -> None:
    code = {"ContainerOverrides": {"Environment": [{"Name": "CODE", "Value": "3"}]}}
    failed = server.run_machine({"StartAt": "Run", "States": {"Run": batch(queue, **code)}})
    refused = server.run_machine({"StartAt": "Run", "States": {"Run": batch(queue, JobDefinition="missing")}})

    assert types(history(server, failed["executionArn"]))[4:] == ["TaskSubmitted", "TaskFailed", "ExecutionFailed"]
    assert types(history(server, refused["executionArn"]))[3:] == ["TaskStarted", "TaskSubmitFailed", "ExecutionFailed"]
    details = history(server, refused["executionArn"])[4]["taskSubmitFailedEventDetails"]
    assert (details["resourceType"], details["error"]) == ("batch", "Batch.ClientException")


def test_branches_and_items(server: LocalServer) -> None:
    each = {"StartAt": "Each", "States": {"Each": {"Type": "Pass", "End": True}}}
    items = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "ItemProcessor": each, "End": True}
    branch = {"StartAt": "Items", "States": {"Items": items}}
    ended = server.run_machine(
        {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": [branch], "End": True}}},
        {"items": [1, 2]},
    )

    events = history(server, ended["executionArn"])
    iteration = ["MapIterationStarted", "PassStateEntered", "PassStateExited", "MapIterationSucceeded"]
    assert types(events) == [
        "ExecutionStarted",
        "ParallelStateEntered",
        "ParallelStateStarted",
        "MapStateEntered",
        "MapStateStarted",
        *iteration,
        *iteration,
        "MapStateSucceeded",
        "MapStateExited",
        "ParallelStateSucceeded",
        "ParallelStateExited",
        "ExecutionSucceeded",
    ]
    started = [event for event in events if event["type"] == "MapIterationStarted"]
    assert [event["mapIterationStartedEventDetails"] for event in started] == [
        {"name": "Items", "index": 0},
        {"name": "Items", "index": 1},
    ]
    # Both come after the beginning of the state, and not one after the other.
    assert [event["previousEventId"] for event in started] == [5, 5]


def test_pages_and_order(server: LocalServer) -> None:
    states = {f"P{number}": {"Type": "Pass", "Next": f"P{number + 1}"} for number in range(5)}
    ended = server.run_machine({"StartAt": "P0", "States": {**states, "P5": {"Type": "Succeed"}}})
    arn = ended["executionArn"]

    forwards = history(server, arn, PaginationConfig={"PageSize": 3})

    assert [event["id"] for event in forwards] == list(range(1, 15))
    assert history(server, arn, reverseOrder=True, PaginationConfig={"PageSize": 4}) == forwards[::-1]


def test_a_full_history_ends_the_execution(server: LocalServer) -> None:
    again = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.never", "IsPresent": True, "Next": "Stop"}],
        "Default": "Turn",
    }
    turn = {"Type": "Pass", "Next": "Again"}
    states = {"Turn": turn, "Again": again, "Stop": {"Type": "Succeed"}}
    ended = server.run_machine({"StartAt": "Turn", "States": states})

    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")
    assert "maximum number of history events (25000)" in ended["cause"]
    last = server.client("stepfunctions").get_execution_history(
        executionArn=ended["executionArn"], reverseOrder=True, maxResults=1
    )["events"][0]
    assert (last["id"], last["type"]) == (25_000, "ExecutionFailed")


def test_a_child_of_a_map_run_has_its_own(server: LocalServer) -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Each",
        "States": {"Each": {"Type": "Pass", "End": True}},
    }
    machine = {"StartAt": "All", "States": {"All": {"Type": "Map", "ItemProcessor": processor, "End": True}}}
    ended = server.run_machine(machine, [{"n": 1}])
    states = server.client("stepfunctions")

    run = states.list_map_runs(executionArn=ended["executionArn"])["mapRuns"][0]["mapRunArn"]
    child = states.list_executions(mapRunArn=run)["executions"][0]["executionArn"]

    assert types(history(server, child)) == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert types(history(server, ended["executionArn"])) == [
        "ExecutionStarted",
        "MapStateEntered",
        "MapRunStarted",
        "MapRunSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]
