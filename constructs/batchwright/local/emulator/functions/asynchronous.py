"""Asynchronous calls of functions: retries, destinations and dead-letter queues.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import contextvars
import json
import logging
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from batchwright.local.emulator.functions.callers import Callers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.ministack.guard import Hooks

_log = logging.getLogger("batchwright.local.lambda")
_RETRIES: Final = 2
_EVENT_AGE: Final = 21_600
_SERVICE: Final = 2
_REGION: Final = 3


class AsyncCalls:
    """Takes the place of ministack's function, which knows neither OnSuccess nor how often it called.

    Args:
        hooks: Hooks of the server.
        context: The server.
    """

    def __init__(self, hooks: Hooks, context: EmulatorContext) -> None:
        self._service = hooks.module("services.lambda_svc")
        self._context = context
        # Seconds before the first retry, and at most before any; AWS waits a minute and more.
        self._first = hooks.get(self._service, "_LAMBDA_ASYNC_RETRY_BASE_SECONDS")
        self._most = hooks.get(self._service, "_LAMBDA_ASYNC_RETRY_MAX_SECONDS")
        self._closed = threading.Event()
        hooks.get(self._service, "_execute_function_with_config_scope")
        hooks.replace(self._service, "invoke_async_with_retry", self.begin)
        Callers(hooks, self.begin)

    def close(self) -> None:
        """Begin no more retries."""
        self._closed.set()

    def begin(self, function: Mapping[str, Any], event: Any) -> None:  # noqa: ANN401 - JSON
        """Call a function without waiting for it."""
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._run, function, event), daemon=True).start()

    def _run(self, function: Mapping[str, Any], event: Any) -> None:  # noqa: ANN401 - JSON
        config = function.get("config") or function
        settings = function.get("event_invoke_config") or (function.get("event_invoke_configs") or {}).get("$LATEST")
        settings = settings or {}
        retries = settings.get("MaximumRetryAttempts")
        age = float(settings.get("MaximumEventAgeInSeconds") or _EVENT_AGE)
        began, attempts = time.monotonic(), 0
        while True:
            result = self._execute(function, event)
            attempts += 1
            if not result.get("error") or attempts > (_RETRIES if retries is None else int(retries)):
                condition = "RetriesExhausted" if result.get("error") else "Success"
                break
            delay = min(self._first * 2 ** (attempts - 1), self._most)
            if time.monotonic() - began + delay > age:
                condition = "EventAgeExceeded"
                break
            if self._closed.wait(delay):
                return
        self._tell(config, settings, event, result, (condition, attempts))

    def _execute(self, function: Mapping[str, Any], event: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        return getattr(self._service, "_execute_function_with_config_scope")(function, event)  # type: ignore[no-any-return] # noqa: B009

    def _tell(
        self,
        config: Mapping[str, Any],
        settings: Mapping[str, Any],
        event: Any,  # noqa: ANN401 - JSON
        result: Mapping[str, Any],
        ended: tuple[str, int],
    ) -> None:
        failed = bool(result.get("error"))
        places = settings.get("DestinationConfig") or {}
        destination = (places.get("OnFailure" if failed else "OnSuccess") or {}).get("Destination")
        if destination:
            self._send(destination, config, json.dumps(_record(config, event, result, ended)), {})
        letters = (config.get("DeadLetterConfig") or {}).get("TargetArn")
        if failed and letters:
            body = result.get("body")
            message = body.get("errorMessage", "") if isinstance(body, dict) else str(body)
            # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
            about = {"RequestID": str(uuid.uuid4()), "ErrorCode": "200", "ErrorMessage": message[:1024]}
            self._send(letters, config, json.dumps(event), about)

    def _send(self, arn: str, config: Mapping[str, Any], body: str, about: Mapping[str, str]) -> None:
        service, name = arn.split(":")[_SERVICE], arn.rsplit(":", 1)[-1]
        attributes = {
            key: {"DataType": "Number" if key == "ErrorCode" else "String", "StringValue": value}
            for key, value in about.items()
            if value
        }
        try:
            # Some callers are threads that know no region.
            client = self._context.client(service, str(config["FunctionArn"]).split(":")[_REGION])
            if service == "sqs":
                url = client.get_queue_url(QueueName=name)["QueueUrl"]
                client.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
            elif service == "sns":
                client.publish(TopicArn=arn, Message=body, MessageAttributes=attributes)
            elif service == "lambda":
                client.invoke(FunctionName=arn, InvocationType="Event", Payload=body.encode())
            else:
                kind = "Lambda Function Invocation Result - " + ("Failure" if "functionError" in body else "Success")
                entry = {"Source": "lambda", "DetailType": kind, "Detail": body, "EventBusName": arn}
                client.put_events(Entries=[{**entry, "Resources": [str(config.get("FunctionArn", ""))]}])
        except (BotoCoreError, ClientError) as error:
            _log.error("the result of function %s did not reach %s: %s", config.get("FunctionName"), arn, error)


def _record(
    config: Mapping[str, Any],
    event: Any,  # noqa: ANN401 - JSON
    result: Mapping[str, Any],
    ended: tuple[str, int],
) -> dict[str, Any]:
    """Return the record of a call that a destination is given."""
    failed = {"functionError": "Unhandled"} if result.get("error") else {}
    version = str(config.get("Version", "$LATEST"))
    return {
        "version": "1.0",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": f"{config.get('FunctionArn', '')}:{version}",
            "condition": ended[0],
            "approximateInvokeCount": ended[1],
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": version, **failed},
        "responsePayload": result.get("body"),
    }
