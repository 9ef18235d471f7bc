"""An execution ends once, and takes nothing with it that it only started."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from support.local_server import eventually

from batchwright.local.emulator.ministack.guard import Hooks
from batchwright.local.emulator.stepfunctions.runs.ends import Ends

if TYPE_CHECKING:
    from support.local_server import LocalServer

WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
PASS = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}


class Records:
    """A history that keeps the kinds of its events."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def add(self, execution: dict[str, Any], kind: str, details: dict[str, Any]) -> None:  # noqa: ARG002
        self.kinds.append(kind)


def machine(server: LocalServer, name: str, definition: dict[str, Any]) -> str:
    states = server.client("stepfunctions")
    made = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn="arn:aws:iam::1:role/r")
    return str(made["stateMachineArn"])


def test_the_first_end_is_the_end(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server.client("stepfunctions")
    told: list[str] = []
    hooks, history = Hooks(), Records()
    module = hooks.module("services.stepfunctions")
    monkeypatch.setattr(module, "_emit_execution_status_event", lambda execution: told.append(execution["status"]))
    try:
        ends = Ends(hooks, history)  # type: ignore[arg-type]
        for _ in range(200):
            execution = {"status": "RUNNING", "events": []}
            gate = threading.Barrier(3)

            def at_once(end: Any, *arguments: Any, gate: threading.Barrier = gate) -> None:  # noqa: ANN401
                gate.wait()
                end(*arguments)

            calls = ((ends.succeed, execution, {}), (ends.fail, execution, "E", "why"), (ends.time_out, execution))
            threads = [threading.Thread(target=at_once, args=call) for call in calls]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        hooks.undo()

    assert len(history.kinds) == len(told) == 200
    assert [kind.removeprefix("Execution").upper() for kind in history.kinds] == [
        status.replace("_", "") for status in told
    ]


def test_what_was_only_started_goes_on_after_a_stop(server: LocalServer) -> None:
    states, sqs = server.client("stepfunctions"), server.client("sqs")
    url = sqs.create_queue(QueueName="only-started")["QueueUrl"]
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"},
        "Next": "Pass",
    }
    inner = machine(server, "inner", {"StartAt": "Ask", "States": {"Ask": ask, **PASS["States"]}})  # type: ignore[dict-item]
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {"StateMachineArn": inner},
        "Next": "Wait",
    }
    outer = {"StartAt": "Start", "States": {"Start": start, **WAIT["States"]}}  # type: ignore[dict-item]
    parent = server.run_machine(outer, wait=False)["executionArn"]
    asked = eventually(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))[0]["Body"]

    states.stop_execution(executionArn=parent)
    states.send_task_success(taskToken=asked, output="1")

    (child,) = states.list_executions(stateMachineArn=inner)["executions"]
    assert server.ended(child["executionArn"])["status"] == "SUCCEEDED"


def test_a_rule_may_start_another_when_one_takes_too_long(server: LocalServer) -> None:
    states, events = server.client("stepfunctions"), server.client("events")
    handler, slow = machine(server, "handler", PASS), machine(server, "slow", {**WAIT, "TimeoutSeconds": 1})
    pattern = {"source": ["aws.states"], "detail": {"status": ["TIMED_OUT"], "stateMachineArn": [slow]}}
    events.put_rule(Name="late", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="late", Targets=[{"Id": "one", "Arn": handler, "RoleArn": "arn:aws:iam::1:role/r"}])

    states.start_execution(stateMachineArn=slow)

    (handled,) = eventually(lambda: states.list_executions(stateMachineArn=handler)["executions"] or None)
    assert server.ended(handled["executionArn"])["status"] == "SUCCEEDED"


def test_a_stop_of_what_has_ended_changes_nothing(server: LocalServer) -> None:
    states = server.client("stepfunctions")
    ended = server.run_machine(PASS)
    with pytest.raises(ClientError, match="SUCCEEDED and cannot be stopped"):
        states.stop_execution(executionArn=ended["executionArn"])
    stopped = server.run_machine(WAIT, wait=False)["executionArn"]

    first = states.stop_execution(executionArn=stopped, error="E", cause="why")["stopDate"]
    assert states.stop_execution(executionArn=stopped, error="F")["stopDate"] == first
    described = server.ended(stopped)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "E", "why")


@pytest.mark.parametrize("seconds", [0, "ten", True, 1.5, 100_000_000])
def test_a_time_limit_that_is_none_is_refused(server: LocalServer, seconds: object) -> None:
    with pytest.raises(ClientError, match="TimeoutSeconds has to be a whole number"):
        machine(server, "limited", {**PASS, "TimeoutSeconds": seconds})
