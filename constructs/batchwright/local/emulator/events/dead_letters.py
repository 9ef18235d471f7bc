"""Dead-letter queues of rules and schedules: what could not be delivered, with the reason as message attributes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.ministack.guard import Hooks

_log = logging.getLogger("batchwright.local.events")
SCHEDULE = "batchwright:schedule"
"""Key of a rule that is a schedule, with what its dead letters say besides."""


class DeliveryError(Exception):
    """A target that an event did not reach.

    Attributes:
        code: The reason in one word, as in ERROR_CODE of a dead letter.
        message: The reason.
        passes: Whether it may do better later: the target was asked for too much, or failed inside.
    """

    def __init__(self, code: str, message: str, *, passes: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.passes = passes


class DeadLetters:
    """Writes to the queues directly: a request to this server from its own event loop would wait for itself."""

    def __init__(self, hooks: Hooks) -> None:
        module = hooks.module("services.sqs")
        self._queue = hooks.get(module, "_queue_by_arn")
        self._send_message = hooks.get(module, "_act_send_message")

    def send(self, queue_arn: str, body: str, attributes: Mapping[str, str]) -> bool:
        """Put a dead letter into a queue; False, with an error in the log, when that is not possible."""
        queue = self._queue(queue_arn)
        if not queue:
            _log.error("a dead letter is lost: there is no queue %s", queue_arn)
            return False
        request = {
            "MessageBody": body,
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value
            },
        }
        try:
            self._send_message(request, queue["url"])
        except Exception as error:
            # ministack raises a private type, with AWS's reason as its text.
            _log.error("a dead letter could not be put into %s: %s", queue_arn, error)
            return False
        return True
