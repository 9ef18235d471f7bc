"""Answers of functions in the words of Lambda, where ministack's workers have their own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from batchwright.local.emulator.functions import init_traces

MAX_RESPONSE_BYTES: Final = 6_291_556
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
_ERROR_NAME: Final = re.compile(r"([A-Za-z_][\w.]*)(?::|$)")
_TIMED_OUT: Final = re.compile(r"Task timed out after [\d.]+ seconds")
_NOT_JSON: Final = re.compile(r"Object of type \w+ is not JSON serializable|Circular reference detected")
_INIT: Final = "Worker init failed: "
# What a worker says about a function that it cannot load -> the error and the text of Lambda.
_INIT_FAULTS: Final = (
    (
        re.compile(r"No module named .+|cannot import name .+"),
        "ImportModuleError",
        "Unable to import module '{module}': ",
    ),
    (re.compile(r"Cannot find (module|package) .+", re.DOTALL), "ImportModuleError", ""),
    (re.compile(r".*\([^()]+, line \d+\)"), "UserCodeSyntaxError", "Syntax error in module '{module}': "),
)
_NO_HANDLER: Final = re.compile(r"module '.+' has no attribute '.+'|.+ is (undefined|not exported|not a function).*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a function.

    Attributes:
        handler: The setting Handler.
        request_id: Id of the request.
        exit_code: With what the process of the function ended, None while it runs.
    """

    handler: str
    request_id: str
    exit_code: int | None = None


def failure(result: dict[str, Any], call: Call) -> dict[str, Any] | None:
    """Return the payload of a call that failed in a worker, None for one that did not.

    Args:
        result: What the worker answered.
        call: The call.
    """
    if result.get("status") != "error":
        return None
    text, where = str(result.get("error", "")), f"RequestId: {call.request_id} Error: "
    if _TIMED_OUT.fullmatch(text):
        return {"errorType": "Sandbox.Timedout", "errorMessage": where + text}
    if not result.get("trace"):
        return {"errorType": "Runtime.ExitError", "errorMessage": where + _exit(call.exit_code)}
    return _raised(text, str(result["trace"]).strip().splitlines())


def init_failure(text: str, handler: str) -> dict[str, Any] | None:
    """Return the payload of a function that could not be loaded, None when the text tells of something else."""
    if not text.startswith(_INIT):
        return None
    told, _, trace = text.removeprefix(_INIT).partition(init_traces.MARK)
    module = handler.rpartition(".")[0]
    if _NO_HANDLER.fullmatch(told):
        name = handler.rpartition(".")[2]
        return _error("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")
    for pattern, kind, before in _INIT_FAULTS:
        if pattern.fullmatch(told):
            return _error(f"Runtime.{kind}", before.format(module=module) + told)
    return _raised(told, trace.strip().splitlines()) if trace.strip() else _error("Runtime.Unknown", told)


def too_large(body: Any) -> dict[str, Any] | None:  # noqa: ANN401 - JSON
    """Return the payload of a call whose answer is larger than Lambda passes on, None for others."""
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    if len(text) <= MAX_RESPONSE_BYTES:
        return None
    return _error(
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes).",
    )


def _raised(message: str, lines: list[str]) -> dict[str, Any]:
    if _NOT_JSON.fullmatch(message):
        return {**_error("Runtime.MarshalError", f"Unable to marshal response: {message}"), "stackTrace": []}
    python = lines[0].startswith("Traceback")
    # Python names the exception in the last line that begins at the margin, Node in the first line.
    named = next((line for line in reversed(lines) if _ERROR_NAME.match(line)), "") if python else lines[0]
    match = _ERROR_NAME.match(named)
    name = match[1].rsplit(".", 1)[-1] if match else "Error"
    if python:
        return {"errorMessage": message, "errorType": name, "stackTrace": lines[1:-1]}
    return {"errorType": name, "errorMessage": message, "trace": lines}


def _exit(code: int | None) -> str:
    if code is not None and code < 0:
        return f"Runtime exited with error: signal: {-code}"
    if code:
        return f"Runtime exited with error: exit status {code}"
    return "Runtime exited without providing a reason"


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"errorType": kind, "errorMessage": message}
