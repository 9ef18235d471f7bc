"""Names of the errors with which Lambda itself refuses a task, so that Retry and Catch find them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions

_UNKNOWN = "Lambda.Unknown"


def install(hooks: Hooks, executions: Executions) -> None:
    """Give throttled calls the name that Step Functions has for them, such as Lambda.TooManyRequestsException."""
    module = hooks.module("services.stepfunctions")
    failed = hooks.get(module, "_ExecutionError")

    def around(call_lambda: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:  # noqa: ANN401 - ministack is untyped
            try:
                return call_lambda(*arguments)
            except failed as error:
                name = _refusal(error.cause) if error.error == _UNKNOWN else None
                if name is None:
                    raise
                raise executions.error(f"Lambda.{name}", error.cause) from error

        return call

    hooks.wrap(module, "_call_lambda", around)


def _refusal(cause: str) -> str | None:
    """Return the name in an answer of the service, None for what a function answered."""
    try:
        told = json.loads(cause)
    except ValueError:
        return None
    return str(told["__type"]) if isinstance(told, dict) and "__type" in told else None
