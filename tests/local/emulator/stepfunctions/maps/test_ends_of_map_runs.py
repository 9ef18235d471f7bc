"""Map Runs that do not end well: results that cannot be written, a failure beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.local_server import eventually

if TYPE_CHECKING:
    from support.local_server import LocalServer


def test_results_that_cannot_be_written_fail_the_state_and_a_redrive_writes_them(server: LocalServer) -> None:
    states, store = server.client("stepfunctions"), server.client("s3")
    url = server.client("sqs").create_queue(QueueName="of-children")["QueueUrl"]
    tell = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": url, "MessageBody.$": "States.JsonToString($)"},
        "End": True,
    }
    state = {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Tell",
            "States": {"Tell": tell},
        },
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "not-there-yet"}},
        "End": True,
    }
    ended = server.run_machine({"StartAt": "All", "States": {"All": state}}, [1, 2])
    run = states.list_map_runs(executionArn=ended["executionArn"])["mapRuns"][0]["mapRunArn"]
    failed = states.describe_map_run(mapRunArn=run)["status"]
    store.create_bucket(Bucket="not-there-yet")

    states.redrive_execution(executionArn=ended["executionArn"])

    assert (ended["error"], failed) == ("States.ResultWriterFailed", "FAILED")
    assert server.ended(ended["executionArn"])["status"] == "SUCCEEDED"
    assert states.describe_map_run(mapRunArn=run)["status"] == "SUCCEEDED"
    names = [one["Key"].rpartition("/")[2] for one in store.list_objects_v2(Bucket="not-there-yet")["Contents"]]
    assert names == ["SUCCEEDED_0.json", "manifest.json"]
    count = server.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert count["ApproximateNumberOfMessages"] == "2"


def test_a_map_run_beside_a_branch_that_fails_is_aborted(server: LocalServer) -> None:
    states = server.client("stepfunctions")
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **wait}
    items = {"StartAt": "All", "States": {"All": {"Type": "Map", "ItemProcessor": processor, "End": True}}}
    ask = {
        "Type": "Task",
        "Resource": states.create_activity(name="to-fail")["activityArn"],
        "End": True,
    }
    both = {
        "Type": "Parallel",
        "Branches": [items, {"StartAt": "Ask", "States": {"Ask": ask}}],
        "Catch": [{"ErrorEquals": ["Enough"], "Next": "Caught"}],
        "End": True,
    }
    machine = {"StartAt": "Both", "States": {"Both": both, "Caught": {"Type": "Pass", "End": True}}}
    started = server.run_machine(machine, [1, 2], wait=False)["executionArn"]

    def running() -> str | None:
        found = states.list_map_runs(executionArn=started)["mapRuns"]
        counts = states.describe_map_run(mapRunArn=found[0]["mapRunArn"])["itemCounts"] if found else {}
        return str(found[0]["mapRunArn"]) if counts.get("running") == 2 else None

    run = eventually(running)
    token = states.get_activity_task(activityArn=ask["Resource"])["taskToken"]
    states.send_task_failure(taskToken=token, error="Enough")

    assert server.ended(started)["status"] == "SUCCEEDED"
    described = states.describe_map_run(mapRunArn=run)
    assert (described["status"], described["itemCounts"]["aborted"]) == ("ABORTED", 2)
    kinds = [event["type"] for event in states.get_execution_history(executionArn=started)["events"]]
    assert "MapRunAborted" in kinds
    assert "MapRunSucceeded" not in kinds
