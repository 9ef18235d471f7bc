"""Listens to the topic through a queue of its own."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tools.demo.stack import Stack

_QUEUE: Final = "demo-listener"
_WAIT_SECONDS: Final = 10.0


class Listener:
    """A queue that is subscribed to the stack's topic.

    Args:
        stack: The deployed stack.
    """

    def __init__(self, stack: Stack) -> None:
        self._sqs = stack.client("sqs")
        self._url = self._sqs.create_queue(QueueName=_QUEUE)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps(_policy(queue=arn, topic=stack.topic))
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        stack.client("sns").subscribe(TopicArn=stack.topic, Protocol="sqs", Endpoint=arn)

    def heard(self) -> list[str]:
        """Return what the topic published, oldest first; waits a few seconds for the first message."""
        found: list[str] = []
        deadline = time.monotonic() + _WAIT_SECONDS
        while not found and time.monotonic() < deadline:
            answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            found = [_text(message["Body"]) for message in answer.get("Messages", [])]
        return found


def _policy(*, queue: str, topic: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _text(body: str) -> str:
    message = str(json.loads(body)["Message"])
    # EventBridge publishes a text input as a JSON string.
    try:
        plain = json.loads(message)
    except ValueError:
        return message
    return plain if isinstance(plain, str) else message
