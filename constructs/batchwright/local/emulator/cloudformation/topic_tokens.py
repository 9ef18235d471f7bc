"""Custom resources whose ServiceToken is an SNS topic: what a function would be asked is published there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.ministack.guard import Hooks

_SUBJECT: Final = "AWS CloudFormation custom resource request"


class Topic(str):
    """The ARN of a topic in the place of the function that ministack looks for."""

    __slots__ = ()


def install(hooks: Hooks, context: EmulatorContext) -> None:
    """Hook what finds and calls the function of a custom resource; the wait for its answer stays ministack's."""
    functions = hooks.module("services.lambda_svc")
    region = hooks.get(hooks.module("core.responses"), "get_region")

    def publish(topic: Topic, event: Any) -> dict[str, Any]:  # noqa: ANN401 - CloudFormation's request
        try:
            context.client("sns", region()).publish(TopicArn=topic, Subject=_SUBJECT, Message=json.dumps(event))
        except (BotoCoreError, ClientError) as error:
            return {"error": True, "body": {"errorType": "ServiceToken", "errorMessage": str(error)}}
        return {}

    hooks.wrap(functions, "_get_func_record_for_ref", _finding)
    hooks.wrap(functions, "_execution_record_for_config", _keeping)
    hooks.wrap(functions, "_execute_function_with_config_scope", lambda execute: _calling(execute, publish))


def _finding(find: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def call(reference: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - ministack is untyped
        if isinstance(reference, str) and reference.split(":")[2:3] == ["sns"]:
            return Topic(reference), {}, reference
        return find(reference, *arguments, **options)

    return call


def _keeping(record_of: Callable[..., Any]) -> Callable[..., Any]:
    def call(record: Any, *arguments: Any) -> Any:  # noqa: ANN401 - ministack is untyped
        return record if isinstance(record, Topic) else record_of(record, *arguments)

    return call


def _calling(execute: Callable[..., Any], publish: Callable[[Topic, Any], Any]) -> Callable[..., Any]:
    def call(record: Any, event: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - ministack is untyped
        return publish(record, event) if isinstance(record, Topic) else execute(record, event, *arguments, **options)

    return call
