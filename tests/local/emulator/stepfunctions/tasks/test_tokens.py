"""A task takes one answer, while somebody waits for it."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from support.local_server import eventually

if TYPE_CHECKING:
    from support.local_server import LocalServer


@pytest.fixture
def queue(server: LocalServer, request: pytest.FixtureRequest) -> str:
    return str(server.client("sqs").create_queue(QueueName=request.node.name[:80])["QueueUrl"])


def callback(queue: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "StartAt": "Ask",
        "States": {
            "Ask": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"},
                "End": True,
                **fields,
            }
        },
    }


def token(server: LocalServer, queue: str) -> str:
    found = eventually(lambda: server.client("sqs").receive_message(QueueUrl=queue).get("Messages"))
    return str(found[0]["Body"])


@pytest.mark.usefixtures("quick_waits")
def test_an_answer_to_an_attempt_before_is_too_late(server: LocalServer, queue: str) -> None:
    states = server.client("stepfunctions")
    retry = [{"ErrorEquals": ["Again"], "MaxAttempts": 1}]
    run = server.run_machine(callback(queue, Retry=retry), wait=False)["executionArn"]
    first = token(server, queue)
    states.send_task_failure(taskToken=first, error="Again")
    second = token(server, queue)

    with pytest.raises(ClientError) as refused:
        states.send_task_success(taskToken=first, output='"late"')
    states.send_task_success(taskToken=second, output='"right"')

    assert refused.value.response["Error"]["Code"] == "TaskTimedOut"
    assert first != second
    assert json.loads(server.ended(run)["output"]) == "right"


def test_of_answers_at_once_one_counts(server: LocalServer, queue: str) -> None:
    states = server.client("stepfunctions")
    run = server.run_machine(callback(queue), wait=False)["executionArn"]
    asked, taken, refused = token(server, queue), [], []

    def answer(number: int) -> None:
        try:
            states.send_task_success(taskToken=asked, output=str(number))
            taken.append(str(number))
        except ClientError as error:
            refused.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=answer, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert taken == [server.ended(run)["output"]]
    assert refused == ["TaskTimedOut"] * 7


def test_after_the_time_limit_nobody_waits(server: LocalServer, queue: str) -> None:
    states = server.client("stepfunctions")
    run = server.run_machine(callback(queue, TimeoutSeconds=1), wait=False)["executionArn"]
    asked = token(server, queue)

    assert server.ended(run)["error"] == "States.Timeout"
    for answer in (states.send_task_success, states.send_task_failure, states.send_task_heartbeat):
        more = {"output": "1"} if answer == states.send_task_success else {}
        with pytest.raises(ClientError) as refused:
            answer(taskToken=asked, **more)
        assert refused.value.response["Error"]["Code"] == "TaskTimedOut"


def test_a_token_that_never_was(server: LocalServer) -> None:
    with pytest.raises(ClientError) as refused:
        server.client("stepfunctions").send_task_heartbeat(taskToken="made up")

    assert refused.value.response["Error"]["Code"] == "InvalidToken"
