"""Calls that nobody waits for: retries, destinations, dead letters, and the services that make them."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import eventually
from support.zip_function import zip_function

if TYPE_CHECKING:
    from support.local_server import LocalServer


def received(server: LocalServer, url: str) -> dict[str, Any]:
    def one() -> dict[str, Any] | None:
        found = server.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")
        return dict(found[0]) if found else None

    return eventually(one)


FICKLE = "def handler(event, context):\n    if event.get('bad'): raise ValueError('no')\n    return 5"


@pytest.mark.parametrize("bad", [True, False])
def test_the_result_of_an_asynchronous_call_reaches_its_destination(server: LocalServer, bad: bool) -> None:
    name = f"destined-{bad}"
    functions, sqs = server.client("lambda"), server.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue = {"Destination": f"arn:aws:sqs:{server.aws.region}:{server.aws.account}:{name}"}
    arn = zip_function(server, name, FICKLE)
    functions.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnSuccess": queue, "OnFailure": queue}
    )

    functions.invoke(FunctionName=arn, InvocationType="Event", Payload=json.dumps({"bad": bad}))

    record = json.loads(received(server, url)["Body"])
    assert record["requestPayload"] == {"bad": bad}
    asked = record["requestContext"]
    assert (asked["condition"], asked["approximateInvokeCount"]) == ("RetriesExhausted" if bad else "Success", 1)
    assert record["responsePayload"] == 5 or record["responsePayload"]["errorType"] == "ValueError"


def test_a_dead_letter_is_the_event_itself(server: LocalServer) -> None:
    functions, sqs, events = server.client("lambda"), server.client("sqs"), server.client("events")
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    letters = {"TargetArn": f"arn:aws:sqs:{server.aws.region}:{server.aws.account}:dead"}
    arn = zip_function(server, "dead", "def handler(event, context): raise ValueError('no')", DeadLetterConfig=letters)
    functions.put_function_event_invoke_config(FunctionName="dead", MaximumRetryAttempts=0)
    events.put_rule(Name="dead", EventPattern=json.dumps({"source": ["my.app"]}))
    events.put_targets(Rule="dead", Targets=[{"Id": "f", "Arn": arn, "Input": '{"from": "a rule"}'}])

    events.put_events(Entries=[{"Source": "my.app", "DetailType": "d", "Detail": "{}"}])

    letter = received(server, url)
    assert json.loads(letter["Body"]) == {"from": "a rule"}
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no"


@pytest.fixture
def soon(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a function be called again at once."""
    monkeypatch.setattr(server.aws._machinery.emulator._async_calls, "_first", 0.0)


def retried(server: LocalServer, name: str) -> tuple[str, str]:
    """Make a function that always fails, with one retry; returns its ARN, and the URL of its dead letters."""
    url = server.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    queue = {"Destination": f"arn:aws:sqs:{server.aws.region}:{server.aws.account}:{name}"}
    arn = zip_function(server, name, "def handler(event, context): raise ValueError('no')")
    server.client("lambda").put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": queue}
    )
    return arn, str(url)


@pytest.mark.usefixtures("soon")
def test_a_topic_calls_with_the_retries_of_the_function(server: LocalServer) -> None:
    arn, url = retried(server, "of-topic")
    topics = server.client("sns")
    topic = topics.create_topic(Name="of-topic")["TopicArn"]
    topics.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)

    topics.publish(TopicArn=topic, Message="hello")

    record = json.loads(received(server, url)["Body"])
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["requestPayload"]["Records"][0]["Sns"]["Message"] == "hello"


@pytest.mark.usefixtures("soon")
def test_a_log_group_calls_with_the_retries_of_the_function(server: LocalServer) -> None:
    arn, url = retried(server, "of-logs")
    logs = server.client("logs")
    logs.create_log_group(logGroupName="/app")
    logs.create_log_stream(logGroupName="/app", logStreamName="one")
    logs.put_subscription_filter(logGroupName="/app", filterName="f", filterPattern="ERROR", destinationArn=arn)

    lines = [{"timestamp": 1_000, "message": text} for text in ("fine", "ERROR: bad")]
    logs.put_log_events(logGroupName="/app", logStreamName="one", logEvents=lines)

    record = json.loads(received(server, url)["Body"])
    told = json.loads(gzip.decompress(base64.b64decode(record["requestPayload"]["awslogs"]["data"])))
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert (told["logGroup"], told["logStream"], told["subscriptionFilters"]) == ("/app", "one", ["f"])
    assert [line["message"] for line in told["logEvents"]] == ["ERROR: bad"]
